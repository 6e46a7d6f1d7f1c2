import { expect, test } from "bun:test"
import { LONGEST_WAIT_MS, waitToReturn } from "./wait-to-return"

test("a page waits at most as long as the loss has lasted: half a second at first, and never more than 15 s", () => {
  const longest = [0, 400, 1_000, 4_600, 15_000, 3_600_000].map((lostMs) =>
    waitToReturn(lostMs, LONGEST_WAIT_MS, 1),
  )
  expect(longest).toEqual([500, 500, 1_000, 4_600, 15_000, 15_000])
})

test("waits are spread from none to the longest", () => {
  expect([0, 0.25, 0.5].map((random) => waitToReturn(2_000, LONGEST_WAIT_MS, random))).toEqual([
    0, 500, 1_000,
  ])
})

test("a page that has news by another way comes back as seldom as it says, and not sooner after a long loss", () => {
  expect([4_000, 3_600_000].map((lostMs) => waitToReturn(lostMs, 120_000, 1))).toEqual([4_000, 120_000])
})
