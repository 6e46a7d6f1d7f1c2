import { expect, test } from "bun:test"
import { bestByMean, bestBySum, ratingsOf } from "./rating"

test("an option that few rate may be best by the mean and not by the sum", () => {
  const rated = ratingsOf(2, [
    { ratings: [3, null], ballots: 9 },
    { ratings: [3, 5], ballots: 1 },
  ])
  expect(rated).toEqual([
    { ratings: 10, sum: 30 },
    { ratings: 1, sum: 5 },
  ])
  expect(bestBySum(rated).elected).toEqual([0])
  expect(bestByMean(rated).elected).toEqual([1])
})

test("a rating of 0 counts for the mean, and no rating does not", () => {
  const rated = ratingsOf(2, [
    { ratings: [4, 4], ballots: 1 },
    { ratings: [0, null], ballots: 1 },
  ])
  expect(bestByMean(rated).elected).toEqual([1])
  expect(bestBySum(rated)).toEqual({ elected: [], tied: [0, 1] })
})

test("means are compared without rounding", () => {
  const most = 9_007_199_254_740_991
  // The two differ by less than a floating-point number can say.
  const rated = [
    { ratings: most, sum: most - 1 },
    { ratings: most - 1, sum: most - 2 },
  ]
  expect(bestByMean(rated).elected).toEqual([0])
  expect(bestByMean(rated.toReversed()).elected).toEqual([1])
})

test("one third and two sixths are equal", () => {
  expect(
    bestByMean([
      { ratings: 3, sum: 1 },
      { ratings: 6, sum: 2 },
    ]).tied,
  ).toEqual([0, 1])
})

test("an option that nobody rates gets no seat, and one that all rate 0 may", () => {
  const rated = ratingsOf(2, [{ ratings: [null, 0], ballots: 3 }])
  expect(bestByMean(rated, 2)).toEqual({ elected: [1], tied: [] })
  expect(bestBySum(rated, 2)).toEqual({ elected: [1], tied: [] })
})

test("where nobody rates anything nobody is best", () => {
  expect(bestBySum(ratingsOf(2, []))).toEqual({ elected: [], tied: [] })
  expect(bestByMean(ratingsOf(2, [{ ratings: [null, null], ballots: 1 }]))).toEqual({ elected: [], tied: [] })
})

test("sums that can't be counted exactly are refused", () => {
  expect(() => ratingsOf(1, [{ ratings: [10], ballots: 1e15 }])).toThrow(RangeError)
})
