import { expect, test } from "bun:test"
import { BURLINGTON, burlington, profileOf, TENNESSEE, tennessee } from "../count/elections/elections"
import { Profile } from "../count/profile"
import type { Rule } from "../polls/decision"
import { decide } from "./decide"
import { outcomeSchema } from "./outcome"
import { profileIn, ratedIn } from "./profile-text"

const ids = (names: readonly string[]) => names.map((name) => name.toLowerCase())
const decided = (rule: Rule, names: readonly string[], profile: Profile, seats = 1, abstained = 0) =>
  outcomeSchema.parse(decide({ decision: { rule, seats, quorum: 0 }, ids: ids(names), profile, abstained }))

test("Tennessee's capital is decided by instant runoff in three rounds, which say who goes out", () => {
  expect(decided("irv", TENNESSEE, tennessee(), 1, 5)).toEqual({
    ...{
      rule: "irv",
      seats: 1,
      ballots: 105,
      abstained: 5,
      quorum: 0,
      quorate: true,
      winners: ["knoxville"],
      tied: [],
    },
    rounds: [
      {
        votes: { memphis: 42, nashville: 26, chattanooga: 15, knoxville: 17 },
        ...{ exhausted: 0, out: ["chattanooga"], by: null },
      },
      { votes: { memphis: 42, nashville: 26, knoxville: 32 }, exhausted: 0, out: ["nashville"], by: null },
      { votes: { memphis: 42, knoxville: 58 }, exhausted: 0, out: [], by: null },
    ],
  })
})

test("votes of a transfer are exact to the last hundred-thousandth, and whoever is out has none", () => {
  const outcome = decided(
    "stv",
    ["A", "B", "C", "D"],
    profileOf(["A", "B", "C", "D"], ["12 A B C", "5 B C", "4 C", "3 D"]),
    3,
  )
  expect(outcome).toMatchObject({ rule: "stv", quota: 7, winners: ["a", "b", "c"], tied: [] })
  expect(outcome.rule === "stv" && outcome.rounds.map(({ after }) => after)).toEqual([
    null,
    { surplusOf: "a" },
    { surplusOf: "b" },
    { out: ["d"] },
  ])
  expect(outcome.rule === "stv" && outcome.rounds[2]).toEqual({
    ...{ after: { surplusOf: "b" }, by: null, elected: [], notTransferable: "0.00017" },
    votes: { a: "7.00000", b: "7.00000", c: "6.99983", d: "3.00000" },
  })
})

test("pairs and majorities of Burlington 2009 name Montroll", () => {
  const outcome = decided("condorcet", BURLINGTON, burlington())
  expect(outcome).toMatchObject({
    winners: ["montroll"],
    pairs: { montroll: { kiss: 4067, wright: 4597 }, kiss: { montroll: 3477 } },
  })
  expect(outcome.rule === "condorcet" && outcome.majorities[0]).toEqual({
    ...{ preferred: "montroll", to: "wright", margin: 929, kept: true },
  })
})

test("points may have a half, and a tie names those who are equal and no winner", () => {
  expect(decided("borda", ["A", "B"], profileOf(["A", "B"], ["1 A", "1 B"]))).toMatchObject({
    ...{ winners: [], tied: ["a", "b"], points: { a: "1", b: "1" } },
  })
  expect(decided("borda", ["A", "B", "C", "D"], profileOf(["A", "B", "C", "D"], ["1 A B", "1 B"])).rule).toBe(
    "borda",
  )
  const outcome = decided("borda", ["A", "B", "C", "D"], profileOf(["A", "B", "C", "D"], ["1 A"]))
  expect(outcome).toMatchObject({ winners: ["a"], points: { a: "3", b: "1", c: "1", d: "1" } })
  const halves = decided("borda", ["A", "B", "C"], profileOf(["A", "B", "C"], ["1 A", "1 A B"]))
  expect(halves).toMatchObject({ points: { a: "4", b: "1.5", c: "0.5" } })
})

test("without a quorum nobody wins, and the rounds are there all the same", () => {
  const election = { ids: ids(TENNESSEE), profile: tennessee(), abstained: 5 }
  const short = decide({ ...election, decision: { rule: "irv", seats: 1, quorum: 106 } })
  expect(short).toMatchObject({ quorum: 106, quorate: false, winners: [], tied: [], rounds: [{}, {}, {}] })
  const enough = decide({ ...election, decision: { rule: "irv", seats: 1, quorum: 105 } })
  expect(enough).toMatchObject({ quorate: true, winners: ["knoxville"] })
})

test("rankings have a quorum of eligible voters, and nobody wins where there are more ballots than these", () => {
  const election = { ids: ids(TENNESSEE), profile: tennessee(), abstained: 0 }
  const by = (eligible: number) =>
    decide({ ...election, decision: { rule: "irv", seats: 1, quorum: ">1/2", eligible } })
  expect(by(199)).toMatchObject({ quorum: 100, quorate: true, eligible: 199, winners: ["knoxville"] })
  expect(by(200)).toMatchObject({ quorum: 101, quorate: false, winners: [] })
  expect(by(99)).toMatchObject({ quorate: true, winners: [], rounds: [{}, {}, {}] })
})

test("without ballots nobody wins by any rule", () => {
  for (const rule of ["irv", "stv", "condorcet", "borda"] as const) {
    expect(decided(rule, ["A", "B"], new Profile(2, []))).toMatchObject({ winners: [], tied: [], ballots: 0 })
  }
})

test("a profile is read from its text, with options by their place in the order of ids", () => {
  const options = ["zoe", "ann", "bob"].map((id) => ({ id, label: id }))
  const profile = profileIn({ options }, "CA 12\nB 3\nABC 1")
  expect([profile.length, profile.total]).toEqual([3, 16])
  expect([profile.at(0, 0), profile.at(0, 1), profile.at(0, 2), profile.ballots(0)]).toEqual([
    2,
    0,
    undefined,
    12,
  ])
  expect(profileIn({ options }, "").length).toBe(0)
})

test("a profile that names an option which the poll has not is refused, and never counted otherwise", () => {
  const options = ["ann", "bob"].map((id) => ({ id, label: id }))
  for (const text of ["AC 1", "AA 1", "A 0", "A", "AB x"])
    expect(() => profileIn({ options }, text)).toThrow(RangeError)
})

test("no order in which ballots are told changes the outcome", () => {
  const lines = ["7 A B C", "5 B C A", "3 C", "4 C A", "2 D C", "1 D"]
  const names = ["A", "B", "C", "D"]
  for (const rule of ["irv", "stv", "condorcet", "borda"] as const) {
    const turned = lines.map((_, i) =>
      decided(rule, names, profileOf(names, [...lines.slice(i), ...lines.slice(0, i)]), 2),
    )
    for (const outcome of turned) expect(outcome).toEqual(turned[0] as typeof outcome)
  }
})

const CITIES = ["chattanooga", "knoxville", "memphis", "nashville"]
const RATED_BY = "A1B0C5D2 42\nA2B1C0D5 26\nA5B4C0D3 15\nA4B5C0D2 17"
const scored = (text: string, quorum = 0) => {
  const rated = ratedIn({ options: CITIES.map((id) => ({ id, label: id })) }, text)
  return outcomeSchema.parse(
    decide({ decision: { rule: "star", seats: 1, quorum }, ids: CITIES, rated, abstained: 5 }),
  )
}

test("Tennessee's capital is decided by STAR from whole ballots, which say who prefers whom", () => {
  expect(scored(RATED_BY)).toEqual({
    ...{ rule: "star", seats: 1, ballots: 105, abstained: 5, quorum: 0, quorate: true },
    ...{ winners: ["nashville"], tied: [], finalists: ["nashville", "chattanooga"] },
    rated: {
      ...{ chattanooga: { ratings: 100, sum: 237 }, knoxville: { ratings: 100, sum: 171 } },
      ...{ memphis: { ratings: 100, sum: 210 }, nashville: { ratings: 100, sum: 293 } },
    },
    runoff: { votes: { nashville: 68, chattanooga: 32 }, equal: 0 },
  })
  expect(scored(RATED_BY, 106)).toMatchObject({ quorate: false, winners: [], runoff: { equal: 0 } })
  const turned = RATED_BY.split("\n").toReversed().join("\n")
  expect(scored(turned)).toEqual(scored(RATED_BY))
})

test("what is not rated is no rating, is behind what is rated above 0, and beside what is rated 0", () => {
  expect(scored("A3B0 2\nB4 1")).toMatchObject({
    rated: { chattanooga: { ratings: 2, sum: 6 }, knoxville: { ratings: 3, sum: 4 } },
    ...{ winners: ["chattanooga"], runoff: { votes: { chattanooga: 2, knoxville: 1 }, equal: 0 } },
  })
  expect(scored("A1B1 1\nA0 4\nC1 1")).toMatchObject({
    ...{ finalists: [], winners: [], tied: ["chattanooga", "knoxville", "memphis"], runoff: null },
  })
})

test("a ballot that rates what the poll has not, or by what is no rating, is refused", () => {
  for (const text of ["E1 1", "Ay 1", "A 1", "A1B 1", "A1", "A1 0", "A1 x"])
    expect(() => scored(text)).toThrow(RangeError)
})
