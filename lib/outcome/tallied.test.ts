import { expect, test } from "bun:test"
import { ballotMethodSchema } from "../polls/ballot-method"
import { decisionSchema } from "../polls/decision"
import { decideByTally, talliedOutcomeSchema } from "./tallied"

const IDS = ["a", "b", "c"]

type Told = {
  votes?: Record<string, number>
  said?: Record<string, Record<string, number>>
  total: number
  abstained?: number
}

/** What a poll of three options decides by this tally. */
function decided(ballot: object, decision: object | null, { votes = {}, said, total, abstained = 0 }: Told) {
  const poll = {
    ballot: ballotMethodSchema.parse(ballot),
    decision: decision && decisionSchema.parse(decision),
    options: IDS.map((id) => ({ id })),
  }
  const outcome = decideByTally({ poll, votes, said: said ?? null, total, abstained })
  return outcome && talliedOutcomeSchema.parse(outcome)
}

const CHOOSE = { method: "choose", max: 2 }
const RATE = { method: "rate", highest: 5 }
const DECIDE = { method: "decide", abstain: true }

test("whoever has the most votes wins the seats, and equal ones are a tie that nobody breaks", () => {
  const votes = { a: 5, b: 3, c: 3 }
  expect(decided(CHOOSE, null, { votes, total: 9, abstained: 1 })).toEqual({
    ...{ rule: "votes", seats: 1, winners: ["a"], tied: [] },
    ...{ ballots: 9, abstained: 1, quorum: 0, quorate: true },
  })
  expect(decided(CHOOSE, { rule: "votes", seats: 2 }, { votes, total: 9 })).toMatchObject({
    winners: ["a"],
    tied: ["b", "c"],
  })
})

test("the mean is by those who rate, the sum by all, and an option that nobody rates comes last", () => {
  const said = { a: { 5: 1 }, b: { 4: 3, 0: 1 }, c: {} }
  const mean = decided(RATE, null, { said, total: 4 })
  expect(mean).toMatchObject({ rule: "mean", winners: ["a"] })
  expect(mean).toMatchObject({
    rated: { a: { ratings: 1, sum: 5 }, b: { ratings: 4, sum: 12 }, c: { ratings: 0, sum: 0 } },
  })
  expect(decided(RATE, { rule: "sum", seats: 2 }, { said, total: 4 })).toMatchObject({ winners: ["b", "a"] })
})

test("two thirds of nine valid votes are six, and of all ten that were cast seven", () => {
  const said = { a: { yes: 6, no: 3 }, b: { yes: 5, no: 4 }, c: {} }
  const twoThirds = decided(
    DECIDE,
    { rule: "majority", majority: "two-thirds" },
    { said, total: 10, abstained: 1 },
  )
  expect(twoThirds).toMatchObject({
    motions: {
      a: { yes: 6, no: 3, abstained: 1, base: 9, needed: 6, outcome: "carried" },
      b: { base: 9, needed: 6, outcome: "not carried" },
      c: { yes: 0, no: 0, abstained: 10, base: 0, needed: 1, outcome: "not carried" },
    },
  })
  const ofAll = decided(
    DECIDE,
    { rule: "majority", majority: "two-thirds", base: "cast" },
    { said, total: 10 },
  )
  expect(ofAll).toMatchObject({ motions: { a: { base: 10, needed: 7, outcome: "not carried" } } })
})

test("as many for as against is a tie by a simple majority", () => {
  expect(decided(DECIDE, null, { said: { a: { yes: 2, no: 2 } }, total: 4 })).toMatchObject({
    motions: { a: { outcome: "tie", needed: 3 } },
  })
})

test("abstentions count for the quorum, and without one nothing is decided", () => {
  const votes = { a: 5, b: 3, c: 3 }
  const decision = { rule: "votes", quorum: 12 }
  expect(decided(CHOOSE, decision, { votes, total: 11, abstained: 2 })).toMatchObject({
    quorate: false,
    winners: [],
  })
  expect(decided(CHOOSE, decision, { votes, total: 12, abstained: 3 })).toMatchObject({
    quorate: true,
    winners: ["a"],
  })
  const motion = decided(DECIDE, { rule: "majority", quorum: 5 }, { said: { a: { yes: 4 } }, total: 4 })
  expect(motion).toMatchObject({ quorate: false, motions: { a: { outcome: "no quorum" } } })
})

test("a quorum is a part of the eligible voters, and with more ballots than these nothing is decided", () => {
  const decision = { rule: "votes", quorum: "1/3", eligible: 13 }
  const votes = { a: 3, b: 2, c: 0 }
  expect(decided(CHOOSE, decision, { votes, total: 4 })).toMatchObject({
    quorum: 5,
    quorate: false,
    winners: [],
  })
  expect(decided(CHOOSE, decision, { votes, total: 5 })).toMatchObject({
    quorate: true,
    eligible: 13,
    winners: ["a"],
  })
  const over = { votes: { a: 9, b: 9, c: 0 }, total: 14 }
  expect(decided(CHOOSE, decision, over)).toMatchObject({ quorate: true, winners: [], tied: [] })
  const motion = { rule: "majority", majority: "absolute", base: "eligible", eligible: 9 }
  const said = { a: { yes: 5 }, b: { yes: 4, no: 1 } }
  expect(decided(DECIDE, motion, { said, total: 5 })).toMatchObject({
    ...{
      of: "eligible",
      motions: { a: { outcome: "carried", base: 9, needed: 5 }, b: { outcome: "not carried" } },
    },
  })
  expect(decided(DECIDE, motion, { said, total: 10 })).toMatchObject({
    motions: { a: { outcome: "too many ballots" } },
  })
})

test("a decision of eligible voters says how many they are", () => {
  const parse = (decision: object) => decisionSchema.safeParse(decision).success
  for (const decision of [
    { rule: "irv", quorum: "25%" },
    { rule: "majority", majority: "absolute", base: "eligible" },
  ])
    expect([parse(decision), parse({ ...decision, eligible: 120 })]).toEqual([false, true])
  expect(parse({ rule: "majority", majority: "simple", base: "eligible", eligible: 9 })).toBe(false)
  for (const wrong of [
    { quorum: "4/3" },
    { quorum: "many" },
    { eligible: 0 },
    { eligible: 1.5 },
    { quorum: -1 },
  ])
    expect(parse({ rule: "votes", eligible: 9, ...wrong })).toBe(false)
})

test("rankings are not decided by a tally", () => {
  expect(decided({ method: "rank" }, null, { total: 1 })).toBeNull()
})

test("a decision that does not fit the ballots is none, as somebody may write into the database", () => {
  expect(decided(RATE, { rule: "irv" }, { said: {}, total: 0 })).toMatchObject({ rule: "mean", winners: [] })
})
