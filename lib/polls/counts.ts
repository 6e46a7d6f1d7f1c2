/** Votes by option, as JSON has them. */

import { ownValue } from "../own-value"

/** The votes of an option; 0 where it is not named. */
export function countOf(votes: Readonly<Record<string, number>>, option: string): number {
  return ownValue(votes, option) ?? 0
}
