import { expect, test } from "bun:test"
import { bestByVotes } from "./choose"

test("Tennessee's capital is Memphis by plurality", () => {
  expect(bestByVotes([42, 26, 15, 17]).elected).toEqual([0])
})

test("Burlington 2009 would have elected Wright by plurality of its first round", () => {
  // Kiss, Wright, Montroll, Smith, write-ins, Simpson.
  expect(bestByVotes([2585, 2951, 2063, 1306, 36, 35]).elected).toEqual([1])
})

test("the most votes get the seats, the best first", () => {
  expect(bestByVotes([1, 5, 3, 4], 2)).toEqual({ elected: [1, 3], tied: [] })
})

test("equals that are too many for the last seat are tied for it", () => {
  expect(bestByVotes([5, 3, 3, 1], 2)).toEqual({ elected: [0], tied: [1, 2] })
  expect(bestByVotes([5, 3, 3, 1], 3)).toEqual({ elected: [0, 1, 2], tied: [] })
  expect(bestByVotes([4, 4, 1])).toEqual({ elected: [], tied: [0, 1] })
})

test("where there are no more options than seats all have one", () => {
  expect(bestByVotes([1, 2], 5)).toEqual({ elected: [1, 0], tied: [] })
})

test("whom nobody chose gets no seat and is not tied for one, even if it stays empty", () => {
  expect(bestByVotes([0, 2], 5)).toEqual({ elected: [1], tied: [] })
  expect(bestByVotes([5, 3, 0, 0], 3)).toEqual({ elected: [0, 1], tied: [] })
  expect(bestByVotes([5, 3, 3, 0], 2)).toEqual({ elected: [0], tied: [1, 2] })
})

test("without votes nobody is elected, and nobody is tied", () => {
  expect(bestByVotes([0, 0])).toEqual({ elected: [], tied: [] })
})
