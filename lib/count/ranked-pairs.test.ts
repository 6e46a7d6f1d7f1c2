import { expect, test } from "bun:test"
import { BURLINGTON, burlington, profileOf, TENNESSEE, tennessee } from "./elections/elections"
import { countRankedPairs } from "./ranked-pairs"

const ABC = ["A", "B", "C"]

test("Tennessee's capital is Nashville by ranked pairs, and no majority is left out", () => {
  const { winner, majorities } = countRankedPairs(tennessee())
  expect(winner).toBe(TENNESSEE.indexOf("Nashville"))
  expect(majorities.map(({ margin }) => margin)).toEqual([66, 36, 36, 16, 16, 16])
  expect(majorities.every(({ isKept }) => isKept)).toBe(true)
})

test("Burlington 2009 would have elected Montroll by ranked pairs", () => {
  expect(countRankedPairs(burlington()).winner).toBe(BURLINGTON.indexOf("Montroll"))
})

test("of a circle the majority by the smallest margin is left out", () => {
  const { winner, majorities } = countRankedPairs(profileOf(ABC, ["4 A B C", "3 B C A", "2 C A B"]))
  expect(majorities).toEqual([
    { preferred: 1, to: 2, margin: 5, isKept: true },
    { preferred: 0, to: 1, margin: 3, isKept: true },
    { preferred: 2, to: 0, margin: 1, isKept: false },
  ])
  expect(winner).toBe(0)
})

test("a circle of equal margins is a tie of all", () => {
  const count = countRankedPairs(profileOf(ABC, ["1 A B C", "1 B C A", "1 C A B"]))
  expect(count).toMatchObject({ winner: null, tied: [0, 1, 2] })
  expect(count.majorities.every(({ isKept }) => !isKept)).toBe(true)
})

test("two to whom nobody is preferred are tied", () => {
  expect(countRankedPairs(profileOf(ABC, ["1 A B", "1 B A"]))).toMatchObject({ winner: null, tied: [0, 1] })
})

test("without ballots there is no winner and no tie", () => {
  expect(countRankedPairs(profileOf(ABC, []))).toMatchObject({ winner: null, tied: [] })
})
