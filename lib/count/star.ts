/**
 * STAR, "score, then automatic runoff": of the two options with the highest sums, the one that more ballots rate higher wins.
 *
 * Source: The Equal Vote Coalition, "STAR Voting" (starvoting.org), with its first rule for each kind of tie: whom more ballots
 * prefer decides who is a finalist among equal sums, and the higher sum decides an equal runoff. What is equal after that is a tie.
 * An option that a ballot does not rate counts as rated 0 there, as that source says. One that nobody rates is no finalist.
 */

import { type Rated, type RatedBallots, ratingsOf } from "./rating"
import { allOptions, extremesOf, seatsByOrder } from "./ties"

export type StarCount = {
  /** How many ballots there are. */
  readonly all: number
  readonly rated: readonly Rated[]
  /** The two of the runoff, the higher sum first; fewer where it is not known who they are, or nobody else is rated. */
  readonly finalists: readonly number[]
  /** How many ballots rate each finalist higher than the other one, and how many rate both alike. */
  readonly runoff: { readonly votes: readonly number[]; readonly equal: number } | null
  readonly winner: number | null
  /** Who is tied for being a finalist, or in the runoff; empty where nobody is. */
  readonly tied: readonly number[]
}

/**
 * @param options how many there are
 * @param ballots they are gone through a few times
 * @throws {RangeError} where the sums are more than can be counted exactly
 */
export function countStar(options: number, ballots: Iterable<RatedBallots>): StarCount {
  const rated = ratingsOf(options, ballots)
  const all = ballotsIn(ballots)
  const sums = rated.map(({ sum }) => sum)
  const none = { all, rated, finalists: [], runoff: null, winner: null, tied: [] }
  const known = allOptions(options).filter((option) => (rated[option]?.ratings ?? 0) > 0)
  const { elected: finalists, tied } = finalistsOf(known, sums, ballots)
  const [first, second] = finalists
  if (first === undefined) return { ...none, tied }
  if (second === undefined) return { ...none, finalists, winner: known.length === 1 ? first : null, tied }
  const preferring = preferringAmong(finalists, ballots)
  const votes = [preferring(first, second), preferring(second, first)]
  const runoff = { votes, equal: votes.reduce((left, count) => left - count, all) }
  const ahead = extremesOf([0, 1], votes, "most").map((place) => finalists[place] ?? first)
  const best = extremesOf(ahead, sums, "most")
  const [winner = null] = best
  return best.length > 1 ? { ...none, finalists, runoff, tied: best } : { ...none, finalists, runoff, winner }
}

/** Equal sums at the last place of the two are told apart by how many of these equals each one loses to. */
function finalistsOf(known: readonly number[], sums: readonly number[], ballots: Iterable<RatedBallots>) {
  const bySum = (a: number, b: number) => (sums[a] ?? 0) - (sums[b] ?? 0)
  const { elected, tied } = seatsByOrder(known, 2, bySum)
  if (tied.length === 0) return { elected, tied }
  const preferring = preferringAmong(tied, ballots)
  const losses = new Map(
    tied.map((option) => [
      option,
      tied.filter((other) => preferring(other, option) > preferring(option, other)).length,
    ]),
  )
  const lost = (option: number) => losses.get(option) ?? 0
  const others = seatsByOrder(tied, 2 - elected.length, (a, b) => lost(b) - lost(a))
  return { elected: [...elected, ...others.elected], tied: others.tied }
}

function ballotsIn(rated: Iterable<RatedBallots>): number {
  let sum = 0
  for (const { ballots } of rated) sum += ballots
  return sum
}

/** How many ballots rate one of these options higher than another one of them. */
function preferringAmong(compared: readonly number[], rated: Iterable<RatedBallots>) {
  const preferring = compared.map(() => compared.map(() => 0))
  for (const { ratings, ballots } of rated) {
    for (const [i, one] of compared.entries()) {
      const row = preferring[i] ?? []
      for (const [j, other] of compared.entries())
        if ((ratings[one] ?? 0) > (ratings[other] ?? 0)) row[j] = (row[j] ?? 0) + ballots
    }
  }
  return (one: number, other: number) => preferring[compared.indexOf(one)]?.[compared.indexOf(other)] ?? 0
}
