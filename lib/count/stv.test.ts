import { expect, test } from "bun:test"
import { CUMBERNAULD, cumbernauld, profileOf, TENNESSEE, tennessee } from "./elections/elections"
import { countStv, type StvCount, VOTE } from "./stv"

/** As the councils publish them: with five decimal places. */
const votesOf = ({ stages }: StvCount) => stages.map(({ votes }) => votes.map(decimal))
const decimal = (votes: bigint) => `${votes / VOTE}.${String(votes % VOTE).padStart(5, "0")}`
const whole = (...votes: number[]) => votes.map((count) => `${count}.00000`)

test("two seats of Tennessee go to Nashville and Memphis", () => {
  const count = countStv(tennessee(), 2)
  expect(count.quota).toBe(34)
  // Memphis' surplus of 8 goes on as 42 ballots at 8 / 42, which is cut off to 0.19047: Nashville has 33.99974 by it, and just no quota.
  expect(votesOf(count)).toEqual([
    whole(42, 26, 15, 17),
    ["34.00000", "33.99974", "15.00000", "17.00000"],
    ["34.00000", "33.99974", "0.00000", "32.00000"],
    ["34.00000", "65.99974", "0.00000", "0.00000"],
  ])
  expect(count.elected).toEqual([TENNESSEE.indexOf("Memphis"), TENNESSEE.indexOf("Nashville")])
})

test("one seat is instant-runoff voting with a quota of more than half of all ballots", () => {
  expect(countStv(tennessee(), 1).elected).toEqual([TENNESSEE.indexOf("Knoxville")])
})

/** test/blt/scotland/weak-surplus.blt of J. Lundell's Droop, whose reference report has these stages. */
test("surpluses that are equal: who had more in the most recent stage in which they differed is transferred first", () => {
  const profile = profileOf(["A", "B", "C", "D", "E", "F"], ["10 A C", "8 B", "6 C", "5 D", "3 E D", "3 F D"])
  const count = countStv(profile, 4, [4, 5, 0, 1, 2, 3])
  expect(count.quota).toBe(8)
  expect(votesOf(count)).toEqual([whole(10, 8, 6, 5, 3, 3), whole(8, 8, 8, 5, 3, 3), whole(8, 8, 8, 8, 0, 3)])
  expect(count.stages[2]).toMatchObject({ after: { out: [4] }, by: "lot" })
  expect(count.elected).toEqual([0, 1, 2, 3])
  expect(countStv(profile, 4)).toMatchObject({ elected: [0, 1, 2], tied: [4, 5] })
})

/** test/blt/scotland/weak-defeat.blt of Droop, with the stages of its report. */
test("votes that are equal at the end: who had fewer in the most recent stage in which they differed goes out", () => {
  const count = countStv(profileOf(["A", "B", "C", "D", "E"], ["1 A B", "2 B", "3 C", "4 D", "5 E"]), 2)
  expect(count.quota).toBe(6)
  expect(votesOf(count)).toEqual([
    whole(1, 2, 3, 4, 5),
    whole(0, 3, 3, 4, 5),
    whole(0, 0, 3, 4, 5),
    whole(0, 0, 0, 4, 5),
  ])
  expect(count.stages[2]).toMatchObject({ after: { out: [1] }, by: "earlier round" })
  expect(count.stages.map(({ notTransferable }) => decimal(notTransferable))).toEqual(whole(0, 0, 3, 6))
  expect(count.elected.toSorted()).toEqual([3, 4])
})

test("values are cut off after five places, and what is cut off is with nobody", () => {
  const count = countStv(profileOf(["A", "B", "C"], ["7 A B", "2 B", "1 C"]), 2)
  expect(count.quota).toBe(4)
  // 3 / 7 is 0.428571…: seven ballots at 0.42857 are 2.99999.
  expect(votesOf(count)[1]).toEqual(["4.00000", "4.99999", "1.00000"])
  expect(count.stages[1]?.notTransferable).toBe(1n)
  expect(count.elected).toEqual([0, 1])
})

test("a ballot that was transferred goes on at a part of the value at which it came", () => {
  const names = ["A", "B", "C", "D"]
  // A's surplus of 5 makes B reach the quota, whose ballots then have two values.
  const count = countStv(profileOf(names, ["12 A B C", "5 B C", "4 C", "3 D"]), 3)
  expect(count.quota).toBe(7)
  const [first, second, third] = votesOf(count)
  expect(first).toEqual(whole(12, 5, 4, 3))
  // 5 / 12 = 0.41666: twelve of them are 4.99992.
  expect(second).toEqual(["7.00000", "9.99992", "4.00000", "3.00000"])
  // B's surplus of 2.99992 of 9.99992: the five are worth 0.29999 each, the twelve 0.41666 × 0.29999… = 0.12499.
  expect(third).toEqual(["7.00000", "7.00000", "6.99983", "3.00000"])
  expect(count.elected).toEqual([0, 1, 2])
})

test("where no more are left than seats they are elected, with whatever they have", () => {
  expect(countStv(profileOf(["A", "B"], ["5 A"]), 2)).toMatchObject({ elected: [0, 1], tied: [] })
  expect(countStv(profileOf(["A", "B"], ["5 A"]), 3)).toMatchObject({ elected: [0, 1], tied: [] })
})

test("ballots that rank nobody are no part of the quota", () => {
  expect(countStv(profileOf(["A", "B", "C"], ["5 A", "3 B", "2 C", "90"]), 1).quota).toBe(6)
})

test("a tie for the last seat is a tie, and the lot says who goes out", () => {
  const count = countStv(profileOf(["A", "B", "C"], ["4 A", "2 B", "2 C"]), 2)
  expect(count).toMatchObject({ elected: [0], tied: [1, 2] })
  expect(countStv(profileOf(["A", "B", "C"], ["4 A", "2 B", "2 C"]), 2, [1, 2, 0]).elected).toEqual([0, 2])
})

test("without ballots nobody is elected, and nobody is tied", () => {
  expect(countStv(profileOf(["A", "B"], []), 1)).toMatchObject({ elected: [], tied: [], stages: [] })
})

const NAMES: readonly string[] = CUMBERNAULD

/** What wikimili.com/en/Cumbernauld_North_(ward) shows of the council's stages, to a tenth of a vote. */
const PUBLISHED = {
  "O'Brien": [1309],
  McCulloch: [971, 995.9, 1005.9, 1039.5, 1054.1, 1060.9, 1154.6],
  Chadha: [962, 985.4, 996.2, 1028.4, 1036.5],
} as const

test("Cumbernauld North 2012 has the stages that were published", () => {
  const { stages } = countStv(cumbernauld(), 4)
  for (const [name, published] of Object.entries(PUBLISHED)) {
    const option = NAMES.indexOf(name)
    for (const [stage, tenths] of published.entries()) {
      const votes = Number(stages[stage]?.votes[option]) / Number(VOTE)
      // Some of the tenths are rounded, and some cut off.
      expect({ name, stage, isNear: Math.abs(votes - tenths) < 0.1 }).toEqual({ name, stage, isNear: true })
    }
  }
})

test("Cumbernauld North 2012 elected O'Brien, Masterton, McCulloch and Chadha, in seven stages", () => {
  const count = countStv(cumbernauld(), 4)
  expect(count.quota).toBe(1077)
  expect(count.elected.map((option) => CUMBERNAULD[option])).toEqual([
    "O'Brien",
    "Masterton",
    "McCulloch",
    "Chadha",
  ])
  const named = (option: number) => CUMBERNAULD[option]
  expect(
    count.stages.map(({ after }) =>
      after === "first preferences"
        ? after
        : "out" in after
          ? `without ${after.out.map(named).join(" and ")}`
          : `surplus of ${named(after.surplusOf)}`,
    ),
  ).toEqual([
    "first preferences",
    "surplus of O'Brien",
    "without Miller",
    "without Pawson",
    "without McMail",
    "surplus of Masterton",
    "without Roberts",
  ])
})
