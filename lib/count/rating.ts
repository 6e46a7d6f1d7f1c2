/** What ballots that rate options say of each, and who is best by it. Nothing is rounded before it is compared. */

import { allOptions, type Seats, seatsByOrder } from "./ties"

export type RatedBallots = {
  /** A whole number for each option; null for one that the ballot does not rate, which is not the same as 0. */
  readonly ratings: readonly (number | null)[]
  /** How many ballots say so: a whole number above 0. */
  readonly ballots: number
}

/** What was said of one option. */
export type Rated = {
  /** How many ballots rate it. */
  readonly ratings: number
  readonly sum: number
}

/** @param options how many there are @throws {RangeError} where the sums are more than can be counted exactly */
export function ratingsOf(options: number, rated: Iterable<RatedBallots>): Rated[] {
  const all = allOptions(options).map(() => ({ ratings: 0, sum: 0 }))
  for (const { ratings, ballots } of rated) {
    for (const [option, rating] of ratings.entries()) {
      const said = all[option]
      if (rating === null || said === undefined) continue
      said.ratings += ballots
      said.sum += rating * ballots
    }
  }
  if (!all.every(({ sum }) => Number.isSafeInteger(sum)))
    throw new RangeError("The ratings are more than can be counted.")
  return all
}

/** Who is best by the sum of the ratings. An option that nobody rates gets no seat. */
export function bestBySum(rated: readonly Rated[], seats = 1): Seats {
  return best(rated, seats, (a, b) => a.sum - b.sum)
}

/** Who is best by the mean of the ratings. An option that nobody rates gets no seat. */
export function bestByMean(rated: readonly Rated[], seats = 1): Seats {
  return best(rated, seats, compareMeans)
}

function best(rated: readonly Rated[], seats: number, compare: (a: Rated, b: Rated) => number): Seats {
  const nobody = { ratings: 0, sum: 0 }
  const rateds = allOptions(rated.length).filter((option) => (rated[option] ?? nobody).ratings > 0)
  return seatsByOrder(rateds, seats, (a, b) => compare(rated[a] ?? nobody, rated[b] ?? nobody))
}

/** By a.sum / a.ratings and b.sum / b.ratings, without dividing: more than 0 where the first is better. */
export function compareMeans(a: Rated, b: Rated): number {
  if (a.ratings === 0 || b.ratings === 0) return Math.sign(a.ratings) - Math.sign(b.ratings)
  const difference = BigInt(a.sum) * BigInt(b.ratings) - BigInt(b.sum) * BigInt(a.ratings)
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}
