import { expect, test } from "bun:test"
import { sharesOf } from "./shares"

test.each([
  [
    [4, 4, 6],
    [0.286, 0.286, 0.429],
  ],
  [
    [1, 1, 1],
    [0.333, 0.333, 0.333],
  ],
  [
    [2, 1],
    [0.667, 0.333],
  ],
  [[7], [1]],
  [
    [0, 5],
    [0, 1],
  ],
  [
    [1, 1, 1, 1, 1, 1, 1],
    [0.143, 0.143, 0.143, 0.143, 0.143, 0.143, 0.143],
  ],
  [
    [1, 9_999],
    [0, 1],
  ],
  [
    [9_999, 1],
    [1, 0],
  ],
  // Both are half a tenth above a whole one.
  [
    [1, 1_999],
    [0.001, 1],
  ],
  // Two that are equal among three.
  [
    [5, 5, 3],
    [0.385, 0.385, 0.231],
  ],
  [
    [9e12, 9e12, 9e12],
    [0.333, 0.333, 0.333],
  ],
])("%p votes are shares of %p", (votes, shares) => {
  expect(sharesOf(votes)).toEqual(shares)
})

test("where ballots choose several options, shares are of the ballots", () => {
  expect(sharesOf([3, 2, 0], 4)).toEqual([0.75, 0.5, 0])
  expect(sharesOf([0, 0], 0)).toBeNull()
})

test("without votes there are no shares", () => {
  expect(sharesOf([0, 0])).toBeNull()
  expect(sharesOf([])).toBeNull()
})

test("whatever the votes, equal votes have equal shares, more votes never have less, and none is off by more than 0.05 %", () => {
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let round = 0; round < 2_000; round++) {
    const votes = Array.from({ length: 2 + next(49) }, () => next(10 ** (1 + next(8))))
    const shares = sharesOf(votes)
    const total = votes.reduce((sum, count) => sum + count, 0)
    if (shares === null) {
      expect(total).toBe(0)
      continue
    }
    for (const [i, share] of shares.entries()) {
      expect(Math.abs(share - (votes[i] ?? 0) / total)).toBeLessThan(0.000_500_001)
      for (const [j, other] of shares.entries())
        if (votes[i] === votes[j]) expect(share).toBe(other)
        else if ((votes[i] ?? 0) > (votes[j] ?? 0)) expect(share).toBeGreaterThanOrEqual(other)
    }
  }
})
