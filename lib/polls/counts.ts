/** Votes by option, as JSON has them. */

const has = Object.prototype.hasOwnProperty

/** The votes of an option; 0 where it is not named. It may be called `constructor`, which every object has. */
export function countOf(votes: Readonly<Record<string, number>>, option: string): number {
  return has.call(votes, option) ? (votes[option] ?? 0) : 0
}
