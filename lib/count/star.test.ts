import { expect, test } from "bun:test"
import type { RatedBallots } from "./rating"
import { countStar } from "./star"

const rated = (...lines: [ballots: number, ...ratings: (number | null)[]][]): RatedBallots[] =>
  lines.map(([ballots, ...ratings]) => ({ ballots, ratings }))

/** Tennessee, rated from 5 for one's own city to 0 for the farthest one: Memphis, Nashville, Chattanooga, Knoxville. */
const TENNESSEE = rated([42, 5, 2, 1, 0], [26, 0, 5, 2, 1], [15, 0, 3, 5, 4], [17, 0, 2, 4, 5])

test("Tennessee's capital is Nashville by STAR", () => {
  const { rated: sums, finalists, runoff, winner } = countStar(4, TENNESSEE)
  expect(sums.map(({ sum }) => sum)).toEqual([210, 293, 237, 171])
  expect(finalists).toEqual([1, 2])
  expect(runoff).toEqual({ votes: [68, 32], equal: 0 })
  expect(winner).toBe(1)
})

test("the runoff may be won by the lower sum", () => {
  const { finalists, runoff, winner } = countStar(2, rated([2, 5, 0], [3, 3, 4]))
  expect(finalists).toEqual([0, 1])
  expect(runoff).toEqual({ votes: [2, 3], equal: 0 })
  expect(winner).toBe(1)
})

test("an equal runoff is won by the higher sum", () => {
  expect(countStar(2, rated([1, 5, 0], [1, 3, 4]))).toMatchObject({ winner: 0, runoff: { votes: [1, 1] } })
})

test("an equal runoff of equal sums is a tie", () => {
  expect(countStar(2, rated([1, 5, 3], [1, 3, 5]))).toMatchObject({ winner: null, tied: [0, 1] })
})

test("of equal sums at the second place, the one that more ballots prefer is a finalist", () => {
  const count = countStar(3, rated([2, 5, 2, 1], [1, 5, 0, 2]))
  expect(count.rated.map(({ sum }) => sum)).toEqual([15, 4, 4])
  expect(count.finalists).toEqual([0, 1])
})

test("equal sums that as many ballots prefer are a tie for the second place", () => {
  const count = countStar(3, rated([1, 5, 2, 1], [1, 5, 1, 2]))
  expect(count).toMatchObject({ finalists: [0], winner: null, tied: [1, 2] })
})

test("an option that nobody rates is no finalist", () => {
  expect(countStar(3, rated([10, 5, null, null]))).toMatchObject({ finalists: [0], winner: 0, tied: [] })
  expect(countStar(2, rated([1, 0, null]))).toMatchObject({ finalists: [0], winner: 0, tied: [] })
  expect(countStar(3, rated([2, 0, null, 1]))).toMatchObject({ finalists: [2, 0], winner: 2 })
})

test("an option that a ballot does not rate counts as rated 0 there", () => {
  const count = countStar(2, rated([3, 1, null], [2, null, 1]))
  expect(count.runoff).toEqual({ votes: [3, 2], equal: 0 })
  expect(count.winner).toBe(0)
})

test("without ballots there is no winner and no tie", () => {
  expect(countStar(3, [])).toMatchObject({ winner: null, tied: [], finalists: [] })
})
