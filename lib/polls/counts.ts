/** Votes by option, as JSON has them. */

/** The votes of an option; 0 where it is not named. It may be called `constructor`, which every object has. */
export function countOf(votes: Readonly<Record<string, number>>, option: string): number {
  return Object.hasOwn(votes, option) ? (votes[option] ?? 0) : 0
}
