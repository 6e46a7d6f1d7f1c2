/** Limits of polls that pages need, too. They are apart from the schemas, which browsers should not load. */

import type { BallotMethod } from "./ballot-method"

export const MAX_OPTIONS = 50

/** The fewest options of a poll: a motion may be decided alone, and of other ballots nothing could be told with one. */
export function fewestOptions({ method }: Pick<BallotMethod, "method">): 1 | 2 {
  return method === "decide" ? 1 : 2
}

/** The best rating that a poll may offer. */
export const HIGHEST_RATING = 10

/** The most people of whom a host may say that they are eligible: so many that parts of them are exact, and more than a poll has codes. */
export const MAX_ELIGIBLE = 1_000_000_000
