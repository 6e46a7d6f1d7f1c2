import { expect, test } from "bun:test"
import { type BallotMethod, ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Decision } from "@tallyroom/lib/polls/decision"
import { parseCommandLine } from "../../services/terminal/command-line"
import { BALLOT_OPTIONS, ballotFields } from "./ballot-flags"

const NEW = { ballot: ONE_OPTION, decision: null }

/** What these words make of a poll of three options. */
function fieldsOf(words: string, before: { ballot: BallotMethod; decision: Decision | null } = NEW) {
  const { values } = parseCommandLine(
    { usage: "", options: BALLOT_OPTIONS },
    words.split(" ").filter(Boolean),
  )
  return ballotFields(values, { ...before, options: ["a", "b", "c"] })
}

const chooses = (min: number, max: number | "all") => ({ method: "choose", min, max, abstain: false })
const ranks = (max: number | "all") => ({ method: "rank", max, abstain: false })

test.each([
  ["--choose 2-3", chooses(2, 3), null],
  ["--method choose --min 2 --max all", chooses(2, "all"), null],
  ["--max 2 --seats 2 --quorum 7", chooses(1, 2), { rule: "votes", seats: 2, quorum: 7 }],
  ["--seats 1 --quorum 0", chooses(1, 1), null],
  ["--method rank --max 2", ranks(2), null],
  ["--method rank --rule stv --seats 2", ranks("all"), { rule: "stv", seats: 2, quorum: 0 }],
  ["--method rank --rule irv", ranks("all"), null],
  [
    "--method rate --highest 10 --rule sum --abstain yes",
    { method: "rate", highest: 10, abstain: true },
    { rule: "sum", seats: 1, quorum: 0 },
  ],
  [
    "--method decide --majority two-thirds --base cast --quorum 1,000",
    { method: "decide", abstain: false },
    { rule: "majority", majority: "two-thirds", base: "cast", quorum: 1_000 },
  ],
  [
    "--method decide --majority absolute --base eligible --quorum >1/2 --eligible 120",
    { method: "decide", abstain: false },
    { rule: "majority", majority: "absolute", base: "eligible", quorum: ">1/2", eligible: 120 },
  ],
])("%s makes a poll", (words, ballot, decision) => {
  expect<unknown>(fieldsOf(words)).toEqual({ ballot, decision })
})

test.each([
  ["--method grade", "--method takes choose, rank, rate or decide, not grade."],
  ["--max 51", "--max takes 1 to 50, or all, not 51."],
  ["--max 4", "A ballot can't name 4 of 3 options: say at most 3, or --max all."],
  ["--min 2", "A ballot can't choose at least 2 and at most 1: make --max greater, or --min smaller."],
  ["--choose some", '--choose "some" must be how many options a ballot chooses: like 3, 2-3, all or 2-all.'],
  [
    "--highest 5",
    "--highest says the best rating, and ballots here choose: add --method rate, or leave --highest out.",
  ],
  [
    "--method rank --min 2",
    "--min says how many options a ballot chooses at least, and ballots here rank: add --method choose, or leave --min out.",
  ],
  ["--method rate --choose 2", "--choose is for ballots that choose, and --method is rate: leave one out."],
  ["--choose 2-3 --min 2", "--choose says both --min and --max: leave either out."],
  [
    "--rule condorcet",
    "--rule condorcet counts ballots that rank, and ballots here choose: add --method rank, or choose from votes.",
  ],
  ["--method rank --seats 2", "The rule irv has one winner: for 2 seats add --rule stv or borda."],
  ["--method rate --seats 4", "--seats 4 is more than the 3 options: make it smaller."],
  [
    "--method decide --base cast",
    "--base says what a majority is a part of, and a simple one is more for than against: add --majority (absolute, two-thirds, three-quarters, unanimous), or leave --base out.",
  ],
  [
    "--method decide --base eligible --eligible 9",
    "--base says what a majority is a part of, and a simple one is more for than against: add --majority (absolute, two-thirds, three-quarters, unanimous), or leave --base out.",
  ],
  [
    "--quorum 4/3",
    '--quorum takes a number of ballots, or a part of the eligible voters like 25%, 1/3 or ">1/2", not 4/3.',
  ],
  ["--quorum 1/3", "The quorum is a part of the eligible voters: add --eligible, how many they are."],
  [
    "--method decide --majority absolute --base eligible",
    "The base is a part of the eligible voters: add --eligible, how many they are.",
  ],
])("%s makes no poll, and it is said what to do", (words, told) => {
  expect(() => fieldsOf(words)).toThrow(new Error(told))
})

test("an edit keeps what no flag names of a ballot and of its decision, as long as it fits", () => {
  const decision = { rule: "majority", majority: "absolute", base: "cast", quorum: 5 } as const
  const before = { ballot: { method: "decide", abstain: true } as const, decision }
  expect(fieldsOf("", before)).toEqual({})
  expect(fieldsOf("--quorum 6", before)).toEqual({ ...before, decision: { ...decision, quorum: 6 } })
  expect(fieldsOf("--majority simple", before).decision).toMatchObject({ base: "valid", quorum: 5 })
  expect(fieldsOf("--method rank", before)).toEqual({
    ballot: { method: "rank", max: "all", abstain: true },
    decision: null,
  })
  const elects = { ballot: fieldsOf("--method rank").ballot ?? ONE_OPTION }
  const two = { ...elects, decision: { rule: "stv", seats: 2, quorum: 0 } as const }
  expect(fieldsOf("--rule borda", two).decision).toEqual({ rule: "borda", seats: 2, quorum: 0 })
  expect(fieldsOf("--rule irv", two).decision).toBeNull()
})
