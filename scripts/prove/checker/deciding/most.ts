/** Who has the most: votes, or the best mean or the greatest sum of ratings. */

import type { Ballots, Winners } from "./decided"

/** Whom nobody chose gets no seat. */
export function bestByVotes(ids: readonly string[], ballots: Ballots, seats: number): Winners {
  const votes = new Map(ids.map((id) => [id, ratingsOf(ballots, id).length]))
  const chosen = ids.filter((id) => votes.get(id))
  return seated(chosen, seats, (a, b) => (votes.get(a) ?? 0) - (votes.get(b) ?? 0))
}

/** One that nobody rates gets no seat. */
export function bestBySum(ids: readonly string[], ballots: Ballots, seats: number) {
  const rated = ratedBy(ids, ballots)
  return {
    rated,
    ...seated(ratedIn(rated), seats, (a, b) => (rated[a]?.sum ?? 0) - (rated[b]?.sum ?? 0)),
  }
}

/** The same. Products of whole numbers are compared, so nothing is rounded. */
export function bestByMean(ids: readonly string[], ballots: Ballots, seats: number) {
  const rated = ratedBy(ids, ballots)
  const compare = (one: string, other: string) => {
    const [a, b] = [rated[one] ?? NOTHING, rated[other] ?? NOTHING]
    return a.sum * b.ratings - b.sum * a.ratings
  }
  return { rated, ...seated(ratedIn(rated), seats, compare) }
}

type Rated = { ratings: number; sum: number }
const NOTHING: Rated = { ratings: 0, sum: 0 }

/** The options that somebody rated. */
export function ratedIn(rated: Record<string, Rated>): string[] {
  return Object.keys(rated).filter((id) => rated[id]?.ratings)
}

export function ratedBy(ids: readonly string[], ballots: Ballots): Record<string, Rated> {
  return Object.fromEntries(
    ids.map((id) => {
      const ratings = ratingsOf(ballots, id)
      return [id, { ratings: ratings.length, sum: ratings.reduce((sum, rating) => sum + rating, 0) }]
    }),
  )
}

/** What ballots say of an option, a number for each that names it. */
function ratingsOf(ballots: Ballots, id: string): number[] {
  return ballots.flatMap((parts) =>
    parts.filter(({ option }) => option === id).map(({ value }) => Number(value)),
  )
}

/**
 * The best as many as there are seats; of those who are equal all have a seat, or none.
 * @param compare more than 0 where the first is better
 */
export function seated(
  ids: readonly string[],
  seats: number,
  compare: (a: string, b: string) => number,
): Winners {
  const better = (id: string) => ids.filter((other) => compare(other, id) > 0).length
  const asGood = (id: string) => ids.filter((other) => compare(other, id) >= 0).length
  const winners = ids.filter((id) => asGood(id) <= seats)
  return { winners, tied: ids.filter((id) => better(id) < seats && asGood(id) > seats) }
}
