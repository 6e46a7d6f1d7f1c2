/** A figure that depends on how much there is of something, as it was measured at some points of it. */

/** Ordered by where they were measured; never empty. */
export type Curve = readonly Point[]
export type Point = readonly [at: number, value: number]

/** The value on the straight line between the two points around it; outside of all points that of the nearest one. */
export function between(curve: Curve, at: number): number {
  const above = curve.findIndex(([x]) => x >= at)
  const [x1, y1] = curve.at(above < 0 ? -1 : above) ?? NOWHERE
  const [x0, y0] = above > 0 ? (curve[above - 1] ?? NOWHERE) : [x1, y1]
  return x1 === x0 || above < 0 ? y1 : y0 + ((at - x0) / (x1 - x0)) * (y1 - y0)
}

/** The same for what grows with each unit: beyond the last point one unit more costs what one cost there on average. */
export function growing(curve: Curve, at: number): number {
  const [last, value] = curve.at(-1) ?? NOWHERE
  return at > last ? (value / last) * at : between(curve, at)
}

/** Where the curve was measured last. */
export const endOf = (curve: Curve): number => (curve.at(-1) ?? NOWHERE)[0]

/** A curve without points is a mistake, and shows as one in every figure. */
export const NOWHERE: Point = [Number.NaN, Number.NaN]
