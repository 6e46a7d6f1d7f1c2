/** What a crowd saw: three doubles for each snapshot that reached a viewer. They say which viewer, when by clock(), and which total. */

/** The total of a viewer whose connection is lost. */
export const LOST = -1

export async function readSightings(file: string): Promise<Float64Array> {
  return new Float64Array(await Bun.file(file).arrayBuffer())
}

/** All sightings, in the order in which they were made. */
export function* eachSighting(
  sightings: Float64Array,
): Generator<{ viewer: number; at: number; total: number }> {
  for (let i = 0; i + 2 < sightings.length; i += 3) {
    const [viewer = 0, at = 0, total = 0] = sightings.subarray(i, i + 3)
    yield { viewer, at, total }
  }
}

/** When each viewer first saw at least this total; those who never did are missing. */
export function firstSightings(sightings: Float64Array, least: number): Map<number, number> {
  const first = new Map<number, number>()
  for (const { viewer, at, total } of eachSighting(sightings))
    if (total >= least && !first.has(viewer)) first.set(viewer, at)
  return first
}

/** What each viewer saw last. */
export function lastTotals(sightings: Float64Array): Map<number, number> {
  const last = new Map<number, number>()
  for (const { viewer, total } of eachSighting(sightings)) last.set(viewer, total)
  return last
}

/**
 * How long after its change each viewer's picture was there.
 * @returns the times (ms) until a share (0 to 1) of so many viewers had it; Infinity where fewer ever had it
 */
export function timesUntil(seenAt: Iterable<number>, viewers: number, since: number) {
  const sorted = [...seenAt].sort((a, b) => a - b)
  return (share: number) => (sorted[Math.ceil(share * viewers) - 1] ?? Number.POSITIVE_INFINITY) - since
}

/** When each viewer who was lost was first back with a picture that is right, by clock(). */
export function returnsOf(
  sightings: Float64Array,
  isRight: (at: number, total: number) => boolean,
): Map<number, number> {
  const lost = new Set<number>()
  const back = new Map<number, number>()
  for (const { viewer, at, total } of eachSighting(sightings)) {
    if (total === LOST) lost.add(viewer)
    else if (lost.has(viewer) && !back.has(viewer) && isRight(at, total)) back.set(viewer, at)
  }
  return back
}

/** The longest time (ms) between two pictures of the same viewer, both of them between these moments by clock(). */
export function longestPause(sightings: Float64Array, from: number, to: number): number {
  const last = new Map<number, number>()
  let longest = 0
  for (const { viewer, at } of eachSighting(sightings)) {
    if (at < from || at > to) continue
    longest = Math.max(longest, at - (last.get(viewer) ?? at))
    last.set(viewer, at)
  }
  return longest
}
