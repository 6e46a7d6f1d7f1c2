/** The wait between two commits grows with the votes that come, and not beyond its bound. */

import { expect, test } from "bun:test"
import { commitIntervalMs } from "./commit-interval"

test("few votes are counted at once, and after a quiet time too", () => {
  expect(commitIntervalMs(1, Number.POSITIVE_INFINITY)).toBe(15)
  expect(commitIntervalMs(4, 16)).toBe(18)
})

test("the more votes come, the more of them share a commit", () => {
  const intervals = [10, 50, 100, 200].map((ballots) => commitIntervalMs(ballots, 50))
  expect(intervals).toEqual(intervals.toSorted((a, b) => a - b))
  expect(new Set(intervals).size).toBe(4)
})

test("nobody waits longer than 60 ms, even for a batch that was read at once", () => {
  expect(commitIntervalMs(10_000, 20)).toBe(60)
  expect(commitIntervalMs(10_000, 0)).toBe(60)
})
