import { expect, test } from "bun:test"
import { waitToReturn } from "./wait-to-return"

test("a page waits at most as long as the loss has lasted: half a second at first, and never more than 15 s", () => {
  const longest = [0, 400, 1_000, 4_600, 15_000, 3_600_000].map((lostMs) => waitToReturn(lostMs, 1))
  expect(longest).toEqual([500, 500, 1_000, 4_600, 15_000, 15_000])
})

test("waits are spread from none to the longest", () => {
  expect([0, 0.25, 0.5].map((random) => waitToReturn(2_000, random))).toEqual([0, 500, 1_000])
})
