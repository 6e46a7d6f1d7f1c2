/** Polls with a decision, or whose ballots rate or decide, as everybody who watches is told of them. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { talliedOutcomeSchema } from "@tallyroom/lib/outcome/tallied"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addBallots, addVotes } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp

const decide = { method: "decide", abstain: true } as const
const twoThirds = { rule: "majority", majority: "two-thirds", base: "valid", quorum: 9 } as const
const options = ["a", "b", "c"].map((id) => ({ id, label: id.toUpperCase() }))

async function made(id: string, more: object, ballots: [Choice, number][]) {
  const answer = await result.send("POST", "/api/polls", definition(id, { ...more }))
  if (answer.status !== 201) throw new Error(await answer.text())
  for (const [choice, count] of ballots) await addBallots(sql, id, choice, count)
}

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  await made("motions", { ballot: decide, decision: twoThirds }, [
    [{ answers: { a: "yes", b: "yes" } }, 5],
    [{ answers: { a: "yes", b: "no" } }, 1],
    [{ answers: { a: "no", b: "no" } }, 3],
    [{ abstain: true }, 2],
  ])
  const fee = [{ id: "fee", label: "A fee of 20" }]
  await made("motion", { ballot: decide, decision: twoThirds, options: fee }, [
    [{ answers: { fee: "yes" } }, 6],
    [{ answers: { fee: "no" } }, 3],
    [{ abstain: true }, 2],
  ])
  await made("rated", { ballot: { method: "rate", highest: 3 }, options }, [
    [{ ratings: { a: 3, b: 0 } }, 2],
    [{ ratings: { a: 2 } }, 1],
    [{ ratings: { b: 3 } }, 4],
  ])
  await made("seats", { options, decision: { rule: "votes", seats: 2, quorum: 3 } }, [])
  await addVotes(sql, "seats", "a", 3)
  await addVotes(sql, "seats", "b", 1)
  await addVotes(sql, "seats", "c", 1)
  await made("sparse", { decision: { rule: "votes", quorum: 12 } }, [])
  await addVotes(sql, "sparse", "a", 2)
})

const resultsOf = async (id: string) => (await result.get(`/api/polls/${id}/results`)).json()
const csvOf = async (id: string) =>
  (await (await result.get(`/api/polls/${id}/results.csv`)).text()).trim().split("\r\n")
const textOf = async (path: string) =>
  (await (await result.get(path)).text())
    .replace(/<script.*?<\/script>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/[⁨⁩]/g, "")
    .replace(/\s+/g, " ")

describe("over the API", () => {
  test("motions have what was said of each, the base, how many were needed, and the outcome", async () => {
    const { decision, outcome, options } = await resultsOf("motions")
    expect(decision).toEqual(twoThirds)
    expect(options.map(({ said }: { said: number[] }) => said)).toEqual([
      [6, 3],
      [5, 4],
    ])
    expect(talliedOutcomeSchema.parse(outcome)).toMatchObject({
      ...{ rule: "majority", quorate: true, ballots: 11 },
      motions: {
        a: { yes: 6, no: 3, abstained: 2, base: 9, needed: 6, outcome: "carried" },
        b: { yes: 5, no: 4, needed: 6, outcome: "not carried" },
      },
    })
    expect(await csvOf("motions")).toEqual([
      "option,label,votes,share,ballots,abstained,yes,no,abstaining,base,needed,outcome",
      "a,Cats,6,0.667,11,2,6,3,2,9,6,carried",
      "b,Dogs,5,0.556,11,2,5,4,2,9,6,not carried",
    ])
  })

  test("ratings have their distribution, and means of which nothing is rounded before it is compared", async () => {
    const { decision, outcome, options } = await resultsOf("rated")
    expect(decision).toEqual({ rule: "mean", seats: 1, quorum: 0 })
    expect(options.map(({ said }: { said: number[] }) => said)).toEqual([
      [0, 0, 1, 2],
      [2, 0, 0, 4],
      [0, 0, 0, 0],
    ])
    expect(talliedOutcomeSchema.parse(outcome)).toMatchObject({
      winners: ["a"],
      rated: { a: { ratings: 3, sum: 8 }, b: { ratings: 6, sum: 12 }, c: { ratings: 0, sum: 0 } },
    })
    expect(await csvOf("rated")).toEqual([
      "option,label,votes,share,ballots,abstained,mean,sum,rated_0,rated_1,rated_2,rated_3,outcome",
      "a,A,3,0.429,7,0,2.67,8,0,0,1,2,wins",
      "b,B,6,0.857,7,0,2.00,12,2,0,0,4,",
      "c,C,0,0.000,7,0,,0,0,0,0,0,",
    ])
  })

  test("where seats are left for equals, they are tied, and without a quorum nobody wins", async () => {
    expect((await resultsOf("seats")).outcome).toMatchObject({ winners: ["a"], tied: ["b", "c"], seats: 2 })
    expect(await csvOf("seats")).toContain("b,B,1,0.200,tie")
    expect((await resultsOf("sparse")).outcome).toMatchObject({ winners: [], quorate: false, quorum: 12 })
    expect(await csvOf("sparse")).toContain("a,Cats,2,1.000,no quorum")
  })
})

test("viewers are sent what is said in the order of the options with the numbers, and what is decided by once", async () => {
  await result.listening()
  await made("watched", { ballot: decide }, [])
  const viewer = watchPoll(result.address, "poll=watched&then=numbers")
  const first = await viewer.sees("a snapshot", () => true)
  expect([first.decision?.rule, first.options.map(({ said }) => said)]).toEqual([
    "majority",
    [
      [0, 0],
      [0, 0],
    ],
  ])
  await addBallots(sql, "watched", { answers: { a: "yes", b: "no" } }, 2)
  const last = await viewer.sees("both ballots", ({ total }) => total === 2)
  expect([last.decision?.rule, last.options.map(({ said }) => said)]).toEqual([
    "majority",
    [
      [2, 0],
      [0, 2],
    ],
  ])
  expect(viewer.lengths.at(-1)).toBeLessThan(130)
})

test("counts that are hidden tell nothing of what is said or decided", async () => {
  await made("sealed", { ballot: decide, results: "after-close" }, [[{ answers: { a: "yes" } }, 1]])
  const snapshot = await watchPoll(result.address, "poll=sealed").sees("a snapshot", () => true)
  expect([snapshot.hidden, snapshot.options.map(({ said }) => said)]).toEqual([true, [undefined, undefined]])
  expect(await textOf("/polls/sealed")).not.toContain("If it were decided now")
})

test.each([
  [
    "/polls/motions",
    "If it were decided now Cats – Carried: 6 of 9 valid votes, two thirds (6) were needed. Dogs – Not carried: 5 of 9 valid votes, two thirds (6) were needed. Two thirds of the valid votes carry. At least 9 ballots must be cast.",
  ],
  ["/polls/motions", "Cats Yes 6 No 3 · Abstain 2 6 yes are needed"],
  ["/polls/motions", "Option Yes No Abstain Cats 6 3 2 Dogs 5 4 2 Ballots 11 – – Abstentions 2 – –"],
  ["/embed/motions", "Carried: 6 of 9 valid votes"],
  [
    "/polls/motion",
    "If it were decided now Carried: 6 of 9 valid votes, two thirds (6) were needed. Two thirds of the valid votes carry.",
  ],
  ["/polls/motion", "Each ballot says yes or no. It may also abstain."],
  ["/polls/motion", "A fee of 20 Yes 6 No 3 · Abstain 2 6 yes are needed"],
  ["/embed/motion", "If it were decided now Carried: 6 of 9 valid votes"],
  ["/polls/motion/stage", "If it were decided now: Carried: 6 of 9 valid votes, two thirds (6) were needed."],
  ["/polls/motions/stage", "If it were decided now: Cats – Carried: 6 of 9 valid votes"],
  ["/polls/motions?lang=de", "Angenommen: 6 von 9 gültigen Stimmen, zwei Drittel (6) waren nötig."],
  ["/polls/rated", "If it were decided now A wins. The highest mean rating wins."],
  ["/polls/rated", "A 2.67 3 ratings 0 : 0 0 : 1 1 : 2 2 : 3"],
  ["/polls/rated", "Each ballot rates as many options as it likes, from 0 to 3."],
  ["/polls/rated/stage", "A 2.67 3 ratings"],
  ["/polls/seats", "A wins. A tie for the last seat: B and C. The 2 options with the most votes win."],
  ["/polls/sparse", "No quorum: 2 of 12 ballots needed were cast."],
])("the page %s says %j", async (path, says) => {
  expect(await textOf(path)).toContain(says)
})

test("a final poll has its outcome, in place of what would be decided", async () => {
  await made("over", { ballot: decide }, [
    [{ answers: { a: "yes", b: "yes" } }, 2],
    [{ answers: { a: "no" } }, 2],
  ])
  await sql`UPDATE polls SET state = 'final', closed_at = now(), final_at = now(), revision = revision + 1 WHERE id = 'over'`
  const page = await textOf("/polls/over")
  expect(page).toContain("Outcome Cats – A tie: 2 for and 2 against. Dogs – Carried: 2 for and 0 against.")
  expect(page).not.toContain("If it were decided now")
})
