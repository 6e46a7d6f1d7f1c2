/** Votes for one option or several of equal weight: plurality where a ballot chooses one, approval where it may choose all. */

import { allOptions, type Seats, seatsByOrder } from "./ties"

/** Who has the most votes. @param votes by option */
export function bestByVotes(votes: readonly number[], seats = 1): Seats {
  if (votes.every((count) => count === 0)) return { elected: [], tied: [] }
  return seatsByOrder(allOptions(votes.length), seats, (a, b) => (votes[a] ?? 0) - (votes[b] ?? 0))
}
