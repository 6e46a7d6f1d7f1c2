/**
 * Votes for one option or several of equal weight: plurality where a ballot chooses one, approval where it may choose all.
 *
 * Sources: laws on elections of several at large give the seats to the greatest numbers of votes, and leave equals to a lot. A lot for
 * a seat presupposes votes: under Robert's Rules a seat for which nobody has the votes that it takes stays open, and is voted on again.
 */

import { allOptions, type Seats, seatsByOrder } from "./ties"

/** Who has the most votes. Whom nobody chose gets no seat, and is not tied for one: a seat may stay empty. @param votes by option */
export function bestByVotes(votes: readonly number[], seats = 1): Seats {
  const chosen = allOptions(votes.length).filter((option) => (votes[option] ?? 0) > 0)
  return seatsByOrder(chosen, seats, (a, b) => (votes[a] ?? 0) - (votes[b] ?? 0))
}
