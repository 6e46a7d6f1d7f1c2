/**
 * The Borda count: of n options, the first place on a ballot is worth n − 1 points, the next one n − 2, and so on. Options that a
 * ballot leaves out share the points that are left.
 *
 * Source: J.-C. de Borda, "Mémoire sur les élections au scrutin" (1781); for ballots that leave options out, the averaged rule of
 * Z. Terzopoulou and U. Endriss, "The Borda class", Journal of Mathematical Economics 92 (2021).
 */

import type { Profile } from "./profile"
import { allOptions, type Seats, seatsByOrder } from "./ties"

export type BordaCount = Seats & {
  /** Twice the points of each option: whoever shares points may have half of one. */
  readonly halfPoints: readonly number[]
}

/** @throws {RangeError} where there are more points than can be counted exactly */
export function countBorda({ options, rankings }: Profile, seats = 1): BordaCount {
  const halfPoints = allOptions(options).map(() => 0)
  const isRanked = new Uint8Array(options)
  for (const { order, ballots } of rankings) {
    isRanked.fill(0)
    for (let place = 0; place < order.length; place++) {
      const option = order[place] ?? 0
      isRanked[option] = 1
      halfPoints[option] = (halfPoints[option] ?? 0) + 2 * (options - 1 - place) * ballots
    }
    const shared = (options - order.length - 1) * ballots
    if (order.length < options)
      for (let option = 0; option < options; option++)
        if (isRanked[option] === 0) halfPoints[option] = (halfPoints[option] ?? 0) + shared
  }
  if (!halfPoints.every(Number.isSafeInteger))
    throw new RangeError("There are more points than can be counted.")
  if (rankings.length === 0) return { halfPoints, elected: [], tied: [] }
  return {
    halfPoints,
    ...seatsByOrder(allOptions(options), seats, (a, b) => (halfPoints[a] ?? 0) - (halfPoints[b] ?? 0)),
  }
}
