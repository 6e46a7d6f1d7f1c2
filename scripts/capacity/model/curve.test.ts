/** Figures between and beyond the points at which they were measured. */

import { expect, test } from "bun:test"
import { between, type Curve, endOf, growing } from "./curve"

const curve: Curve = [
  [0, 10],
  [100, 20],
  [200, 60],
]

test("between two points a figure is on the line between them, and at a point it is what was measured", () => {
  expect(between(curve, 50)).toBe(15)
  expect(between(curve, 150)).toBe(40)
  for (const [at, value] of curve) expect(between(curve, at)).toBe(value)
})

test("outside of all points a figure is that of the nearest one", () => {
  expect(between([[100, 20]], 5)).toBe(20)
  expect(between(curve, 1_000)).toBe(60)
})

test("what grows with each unit costs beyond the last point what one unit cost there", () => {
  expect(growing(curve, 400)).toBe(120)
  expect(growing(curve, 150)).toBe(40)
  expect(endOf(curve)).toBe(200)
})

test("a curve without points is no number, and so is all that rests on it", () => {
  expect(between([], 1)).toBeNaN()
  expect(growing([], 1)).toBeNaN()
})
