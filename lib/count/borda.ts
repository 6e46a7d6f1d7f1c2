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
export function countBorda(profile: Profile, seats = 1): BordaCount {
  const { options } = profile
  const all = allOptions(options)
  const halfPoints = all.map(() => 0)
  const give = (option: number, points: number) => {
    halfPoints[option] = (halfPoints[option] ?? 0) + points
  }
  const isRanked = new Uint8Array(options)
  for (let ranking = 0; ranking < profile.length; ranking++) {
    const ballots = profile.ballots(ranking)
    isRanked.fill(0)
    let place = 0
    for (
      let option = profile.at(ranking, place);
      option !== undefined;
      option = profile.at(ranking, ++place)
    ) {
      isRanked[option] = 1
      give(option, 2 * (options - 1 - place) * ballots)
    }
    const shared = (options - place - 1) * ballots
    if (place < options) for (const option of all) if (isRanked[option] === 0) give(option, shared)
  }
  if (!halfPoints.every(Number.isSafeInteger))
    throw new RangeError("There are more points than can be counted.")
  if (profile.total === 0) return { halfPoints, elected: [], tied: [] }
  return { halfPoints, ...seatsByOrder(all, seats, (a, b) => (halfPoints[a] ?? 0) - (halfPoints[b] ?? 0)) }
}
