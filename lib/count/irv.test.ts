import { expect, test } from "bun:test"
import { BURLINGTON, burlington, CITYS_ROUNDS, profileOf, TENNESSEE, tennessee } from "./elections/elections"
import { countIrv, type IrvCount } from "./irv"

const votesOf = ({ rounds }: IrvCount) => rounds.map(({ votes }) => votes)
const outOf = ({ rounds }: IrvCount) => rounds.map(({ out }) => out)
const ABC = ["A", "B", "C"]

test("Tennessee's capital is Knoxville by instant-runoff voting", () => {
  const count = countIrv(tennessee())
  expect(votesOf(count)).toEqual([
    [42, 26, 15, 17],
    [42, 26, null, 32],
    [42, null, null, 58],
  ])
  expect(outOf(count)).toEqual([[TENNESSEE.indexOf("Chattanooga")], [TENNESSEE.indexOf("Nashville")], []])
  expect(count.winner).toBe(TENNESSEE.indexOf("Knoxville"))
})

test("Burlington 2009 has the rounds of its ballots, which are those that the city published and four ballots", () => {
  const count = countIrv(burlington())
  expect(votesOf(count)).toEqual([
    [2982, 3297, 2554],
    [4314, 4064, null],
  ])
  const more = votesOf(count).map((votes, round) =>
    votes.map((of, option) => (of ?? 0) - (CITYS_ROUNDS[round]?.[option] ?? 0)),
  )
  expect(more).toEqual([
    [1, 3, 0],
    [1, 3, 0],
  ])
  expect(count.rounds.map(({ exhausted }) => exhausted)).toEqual([0, 455])
  expect(count.winner).toBe(BURLINGTON.indexOf("Kiss"))
})

test("Burlington 2009: Kiss would have lost had 753 ballots for Wright alone and then Kiss ranked Kiss first", () => {
  const raised = profileOf(BURLINGTON, [
    "1332 Montroll Kiss Wright",
    "767 Montroll Wright Kiss",
    "455 Montroll",
    "2043 Kiss Montroll Wright",
    "371 Kiss Wright Montroll",
    "568 Kiss",
    "1513 Wright Montroll Kiss",
    "495 Kiss Wright Montroll",
    "258 Kiss Wright",
    "1031 Wright",
  ])
  const count = countIrv(raised)
  expect(outOf(count)[0]).toEqual([BURLINGTON.indexOf("Wright")])
  expect(count.winner).toBe(BURLINGTON.indexOf("Montroll"))
})

test("A wins, and loses once two ballots more rank A first", () => {
  const before = ["6 A B C", "5 B A C", "4 C B A", "2 C A B"]
  const after = ["6 A B C", "5 B A C", "4 C B A", "2 A C B"]
  expect(countIrv(profileOf(ABC, before)).winner).toBe(0)
  expect(countIrv(profileOf(ABC, after)).winner).toBe(1)
})

test("a ballot counts for nobody once all that it ranks are out, and the majority is one of those that count", () => {
  const count = countIrv(profileOf(ABC, ["4 A", "3 B", "2 C"]))
  expect(votesOf(count)).toEqual([
    [4, 3, 2],
    [4, 3, null],
  ])
  expect(count.rounds.map(({ exhausted }) => exhausted)).toEqual([0, 2])
  expect(count.winner).toBe(0)
})

test("of two that are last, the one goes out that had fewer in the most recent round in which they differed", () => {
  const names = ["A", "B", "C", "D"]
  const count = countIrv(profileOf(names, ["10 A", "5 B", "3 C", "2 D C"]))
  expect(votesOf(count).slice(0, 2)).toEqual([
    [10, 5, 3, 2],
    [10, 5, 5, null],
  ])
  expect(count.rounds[1]).toMatchObject({ out: [2], by: "earlier round" })
  expect(count.winner).toBe(0)
})

test("a tie that no earlier round tells apart is a tie, and a lot decides it", () => {
  const profile = profileOf(ABC, ["3 A", "2 B A", "2 C B"])
  expect(countIrv(profile)).toMatchObject({ winner: null, tied: [1, 2] })
  expect(countIrv(profile, [1, 2, 0])).toMatchObject({ winner: 0, tied: [] })
  expect(countIrv(profile, [2, 1, 0])).toMatchObject({ winner: 1, tied: [] })
  expect(countIrv(profile, [2, 1, 0]).rounds[0]?.by).toBe("lot")
})

test("a tie of the last two is a tie", () => {
  expect(countIrv(profileOf(["A", "B"], ["3 A", "3 B"]))).toMatchObject({ winner: null, tied: [0, 1] })
})

test("a tie of all is a tie", () => {
  expect(countIrv(profileOf(ABC, ["1 A B C", "1 B C A", "1 C A B"]))).toMatchObject({
    winner: null,
    tied: [0, 1, 2],
  })
})

test("those that are last and together have fewer than the next one go out together", () => {
  const count = countIrv(profileOf(["A", "B", "C", "D"], ["10 A", "9 B", "2 C B", "2 D B"]))
  expect(count.rounds[0]).toMatchObject({ out: [2, 3], by: "together" })
  expect(count.winner).toBe(1)
})

test("those that are last and together have as many as the next one do not go out together", () => {
  const profile = profileOf(["A", "B", "C", "D"], ["10 A", "4 B", "2 C D", "2 D C"])
  expect(countIrv(profile)).toMatchObject({ winner: 0 })
  const close = profileOf(["A", "B", "C", "D"], ["5 A", "4 B", "2 C D", "2 D C"])
  expect(countIrv(close)).toMatchObject({ winner: null, tied: [2, 3] })
})

test("without ballots, or with empty ones alone, there is no winner and no tie", () => {
  expect(countIrv(profileOf(ABC, []))).toMatchObject({ winner: null, tied: [] })
  expect(countIrv(profileOf(ABC, ["7"]))).toMatchObject({
    winner: null,
    tied: [],
    rounds: [{ exhausted: 7 }],
  })
})
