/** Puts what lies along a line into as few lanes as it takes, so that nothing in a lane overlaps. */

/** From and to. */
export type Extent = readonly [number, number]

/** @returns the lanes from the first on, each in order; what only touches stands in one lane */
export function inLanes<T>(items: readonly T[], extentOf: (item: T) => Extent): T[][] {
  const lanes: { items: T[]; end: number }[] = []
  const placed = items.map((item) => ({ item, extent: extentOf(item) }))
  for (const { item, extent } of placed.sort((a, b) => a.extent[0] - b.extent[0])) {
    const [from, to] = extent
    const free = lanes.find(({ end }) => end <= from)
    if (free === undefined) lanes.push({ items: [item], end: to })
    else {
      free.items.push(item)
      free.end = to
    }
  }
  return lanes.map(({ items }) => items)
}
