/**
 * STAR, "score, then automatic runoff": of the two options with the highest sums, the one that more ballots rate higher wins.
 *
 * Source: The Equal Vote Coalition, "STAR Voting" (starvoting.org), with its first rule for each kind of tie: whom more ballots
 * prefer decides who is a finalist among equal sums, and the higher sum decides an equal runoff. What is equal after that is a tie.
 * An option that a ballot does not rate counts as rated 0 there, as that source says.
 */

import { type Rated, type RatedBallots, ratingsOf } from "./rating"
import { allOptions, extremesOf, seatsByOrder } from "./ties"

export type StarCount = {
  readonly rated: readonly Rated[]
  /** The two of the runoff, the higher sum first; fewer while it is not known who they are. */
  readonly finalists: readonly number[]
  /** How many ballots rate each finalist higher than the other one, and how many rate both alike. */
  readonly runoff: { readonly votes: readonly number[]; readonly equal: number } | null
  readonly winner: number | null
  /** Who is tied for being a finalist, or in the runoff; empty where nobody is. */
  readonly tied: readonly number[]
}

/** @param options how many there are */
export function countStar(options: number, ballots: readonly RatedBallots[]): StarCount {
  const rated = ratingsOf(options, ballots)
  const sums = rated.map(({ sum }) => sum)
  const preferring = (a: number, b: number) =>
    ballots.reduce((sum, it) => sum + ((it.ratings[a] ?? 0) > (it.ratings[b] ?? 0) ? it.ballots : 0), 0)
  const none = { rated, finalists: [], runoff: null, winner: null, tied: [] }
  if (ballots.length === 0) return none
  if (options === 1) return { ...none, winner: 0 }
  const { elected: finalists, tied } = finalistsOf(sums, preferring)
  const [first, second] = finalists
  if (first === undefined || second === undefined) return { ...none, finalists, tied }
  const votes = [preferring(first, second), preferring(second, first)]
  const all = ballots.reduce((sum, it) => sum + it.ballots, 0)
  const runoff = { votes, equal: votes.reduce((left, count) => left - count, all) }
  const ahead = extremesOf([0, 1], votes, "most").map((place) => finalists[place] ?? first)
  const best = extremesOf(ahead, sums, "most")
  const [winner = null] = best
  return best.length > 1 ? { ...none, finalists, runoff, tied: best } : { ...none, finalists, runoff, winner }
}

/** Equal sums at the last place of the two are told apart by how many of these equals each one loses to. */
function finalistsOf(sums: readonly number[], preferring: (a: number, b: number) => number) {
  const bySum = (a: number, b: number) => (sums[a] ?? 0) - (sums[b] ?? 0)
  const { elected, tied } = seatsByOrder(allOptions(sums.length), 2, bySum)
  const lost = (option: number) =>
    tied.filter((other) => preferring(other, option) > preferring(option, other)).length
  const others = seatsByOrder(tied, 2 - elected.length, (a, b) => lost(b) - lost(a))
  return { elected: [...elected, ...others.elected], tied: others.tied }
}
