/** Who has the most: votes, or the best mean or the greatest sum of ratings. */

import type { Ballots, Winners } from "./decided"

export function bestByVotes(ids: readonly string[], ballots: Ballots, seats: number): Winners {
  const votes = new Map(ids.map((id) => [id, ratingsOf(ballots, id).length]))
  if (ballots.length === 0) return NOBODY
  return seated(ids, seats, (a, b) => (votes.get(a) ?? 0) - (votes.get(b) ?? 0))
}

export function bestBySum(ids: readonly string[], ballots: Ballots, seats: number) {
  const rated = ratedBy(ids, ballots)
  const best = seated(ids, seats, (a, b) => (rated[a]?.sum ?? 0) - (rated[b]?.sum ?? 0))
  return { rated, ...(ballots.length === 0 ? NOBODY : best) }
}

/** One that nobody rates comes after all others. Products of whole numbers are compared, so nothing is rounded. */
export function bestByMean(ids: readonly string[], ballots: Ballots, seats: number) {
  const rated = ratedBy(ids, ballots)
  const best = seated(ids, seats, (one, other) => {
    const [a, b] = [rated[one], rated[other]]
    if (!a?.ratings || !b?.ratings) return Math.sign(a?.ratings ?? 0) - Math.sign(b?.ratings ?? 0)
    return a.sum * b.ratings - b.sum * a.ratings
  })
  return { rated, ...(ballots.length === 0 ? NOBODY : best) }
}

const NOBODY: Winners = { winners: [], tied: [] }

function ratedBy(ids: readonly string[], ballots: Ballots): Record<string, { ratings: number; sum: number }> {
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
