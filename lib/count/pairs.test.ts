import { expect, test } from "bun:test"
import { BURLINGTON, burlington, profileOf, TENNESSEE, tennessee } from "./elections/elections"
import { condorcetWinner, pairsOf } from "./pairs"

test("Nashville is preferred to each other capital of Tennessee", () => {
  const pairs = pairsOf(tennessee())
  expect(condorcetWinner(pairs)).toBe(TENNESSEE.indexOf("Nashville"))
  expect([0, 2, 3].map((other) => pairs.preferring(1, other))).toEqual([58, 68, 68])
  expect([0, 2, 3].map((other) => pairs.preferring(other, 1))).toEqual([42, 32, 32])
})

test("Burlington 2009 has the pairs that were computed from its ballots, by which Montroll had won", () => {
  const [kiss, wright, montroll] = BURLINGTON.map((_, option) => option)
  if (kiss === undefined || wright === undefined || montroll === undefined) throw new Error("Three ran.")
  const pairs = pairsOf(burlington())
  expect([pairs.preferring(montroll, kiss), pairs.preferring(kiss, montroll)]).toEqual([4067, 3477])
  expect([pairs.preferring(montroll, wright), pairs.preferring(wright, montroll)]).toEqual([4597, 3668])
  expect([pairs.preferring(kiss, wright), pairs.preferring(wright, kiss)]).toEqual([4314, 4064])
  expect(condorcetWinner(pairs)).toBe(montroll)
})

test("a circle has no Condorcet winner", () => {
  const pairs = pairsOf(profileOf(["A", "B", "C"], ["4 A B C", "3 B C A", "2 C A B"]))
  expect(condorcetWinner(pairs)).toBeNull()
  expect([pairs.margin(0, 1), pairs.margin(1, 2), pairs.margin(2, 0)]).toEqual([3, 5, 1])
})

test("a ballot prefers whom it ranks to whom it does not, and says nothing of those that it leaves out", () => {
  const pairs = pairsOf(profileOf(["A", "B", "C"], ["5 A", "2"]))
  expect([pairs.preferring(0, 1), pairs.preferring(1, 0)]).toEqual([5, 0])
  expect([pairs.preferring(1, 2), pairs.preferring(2, 1)]).toEqual([0, 0])
})

test("two that are equal are a pair without a winner", () => {
  const pairs = pairsOf(profileOf(["A", "B", "C"], ["1 A B C", "1 B A C"]))
  expect(pairs.margin(0, 1)).toBe(0)
  expect(condorcetWinner(pairs)).toBeNull()
})
