/** The Borda count: n − 1 points for the first of n options, one less for each next, and for those left out equal parts of the rest. */

import type { Rankings } from "./decided"
import { seated } from "./most"

export function byPoints(ids: readonly string[], rankings: Rankings, seats: number) {
  /** Twice the points, as parts may be halves. */
  const doubled = new Map(ids.map((id) => [id, 0]))
  for (const ranking of rankings) {
    const left = ids.length - ranking.length
    for (const id of ids) {
      const place = ranking.indexOf(id)
      // Those left out share the points from 0 to left − 1, whose mean is half of the greatest.
      const given = place < 0 ? left - 1 : 2 * (ids.length - 1 - place)
      doubled.set(id, (doubled.get(id) ?? 0) + given)
    }
  }
  const points = Object.fromEntries([...doubled].map(([id, twice]) => [id, `${twice / 2}`]))
  if (rankings.length === 0) return { points, winners: [], tied: [] }
  return { points, ...seated(ids, seats, (a, b) => (doubled.get(a) ?? 0) - (doubled.get(b) ?? 0)) }
}
