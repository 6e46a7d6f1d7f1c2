/** Polls whose ballots choose several options or none, as everybody who watches is told of them. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addBallots, addVotes } from "../testing/votes"
import type { Snapshot } from "./snapshot"

const stores = useStores()
let sql: Database
let result: ResultApp

const options = ["a", "b", "c"].map((id) => ({ id, label: id.toUpperCase() }))
const upToTwo = { method: "choose", min: 1, max: 2, abstain: true } as const

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  await result.send("POST", "/api/polls", definition("several", { options, ballot: upToTwo }))
  await addBallots(sql, "several", { options: ["a", "c"] }, 3)
  await addBallots(sql, "several", { options: ["c"] }, 1, 1)
  await addBallots(sql, "several", { abstain: true }, 2)
})

const resultsOf = async (id: string) => (await result.get(`/api/polls/${id}/results`)).json()
const csvOf = async (id: string) => (await result.get(`/api/polls/${id}/results.csv`)).text()
const textOf = async (path: string) =>
  (await (await result.get(path)).text())
    .replace(/<script.*?<\/script>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")

describe("where a ballot may choose several options or abstain", () => {
  test("results say what a ballot may say, who abstained, and shares of the ballots that chose an option", async () => {
    const { ballot, total, abstained, options, timeline } = await resultsOf("several")
    expect({ ballot, total, abstained }).toEqual({ ballot: upToTwo, total: 6, abstained: 2 })
    expect(options.map((it: { votes: number; share: number }) => [it.votes, it.share])).toEqual([
      [3, 0.75],
      [0, 0],
      [4, 1],
    ])
    expect(timeline.points.at(-1)[1]).toEqual({ a: 3, b: 0, c: 4 })
  })

  test("the CSV has the ballots and the abstentions in each line", async () => {
    expect((await csvOf("several")).trim().split("\r\n")).toEqual([
      "option,label,votes,share,ballots,abstained",
      "a,A,3,0.750,6,2",
      "b,B,0,0.000,6,2",
      "c,C,4,1.000,6,2",
    ])
  })

  test("viewers are sent the abstentions with the numbers, and the rest once", async () => {
    await result.listening()
    await result.send("POST", "/api/polls", definition("watched", { options, ballot: upToTwo }))
    const viewer = watchPoll(result.address, "poll=watched&then=numbers")
    const first = await viewer.sees("a snapshot", () => true)
    expect([first.ballot, first.abstained]).toEqual([upToTwo, 0])
    await addBallots(sql, "watched", { abstain: true }, 1)
    await addBallots(sql, "watched", { options: ["a", "b"] }, 1)
    const votes = ({ options }: Snapshot) => options.map(({ votes }) => votes)
    const last = await viewer.sees("both ballots", ({ total }) => total === 2)
    expect([last.abstained, votes(last), last.ballot]).toEqual([1, [1, 1, 0], upToTwo])
    expect(viewer.lengths.at(-1)).toBeLessThan(100)
  })

  test("counts that are hidden tell of no abstention", async () => {
    const more = { options, ballot: upToTwo, results: "after-close" }
    await result.send("POST", "/api/polls", definition("sealed", more))
    await addBallots(sql, "sealed", { abstain: true }, 1)
    const snapshot = await watchPoll(result.address, "poll=sealed").sees("a snapshot", () => true)
    expect([snapshot.hidden, snapshot.abstained, snapshot.ballot]).toEqual([true, undefined, upToTwo])
    const page = await textOf("/polls/sealed")
    expect(page).toContain("Each ballot may choose up to 2 options. It may also abstain.")
    expect(page).not.toContain("abstention")
  })

  test.each([
    ["/polls/several", "6 ballots"],
    ["/polls/several", "2 abstentions"],
    [
      "/polls/several",
      "Each ballot may choose up to 2 options. It may also abstain. The shares are of the 4 ballots that chose an option. Together, the shares may be more than 100%.",
    ],
    ["/polls/several", "C 4 100% Ballots 6 – Abstentions 2 –"],
    ["/embed/several", "6 ballots"],
    ["/polls/several/stage", "2 abstentions Each ballot may choose up to 2 options."],
    ["/polls/several/stage", "6 ballots"],
  ])("the page %s says %j", async (path, says) => {
    expect(await textOf(path)).toContain(says)
  })
})

test("where one option is chosen, a ballot that may abstain is counted as a ballot, and shares are of the others", async () => {
  const ballot = { method: "choose", abstain: true }
  await result.send("POST", "/api/polls", definition("motion", { ballot }))
  await addBallots(sql, "motion", { option: "a" }, 3)
  await addBallots(sql, "motion", { option: "b" }, 1)
  await addBallots(sql, "motion", { abstain: true }, 4)
  const { total, abstained, options } = await resultsOf("motion")
  expect([total, abstained, options.map(({ share }: { share: number }) => share)]).toEqual([
    8,
    4,
    [0.75, 0.25],
  ])
  expect(await csvOf("motion")).toContain("a,Cats,3,0.750,8,4\r\n")
  const page = await textOf("/polls/motion")
  expect(page).toContain(
    "Each ballot chooses one option. It may also abstain. The shares are of the 4 ballots that",
  )
  expect(page).not.toContain("more than 100%")
})

test("where each ballot is one vote for one option, answers have nothing new", async () => {
  await result.send("POST", "/api/polls", definition("plain"))
  await addVotes(sql, "plain", "a", 2)
  expect(Object.keys(await resultsOf("plain"))).toEqual([
    ...["poll", "number", "title", "state", "phase", "results", "version", "opensAt", "closesAt", "finalAt"],
    ...["hidden", "total", "options", "timeline"],
  ])
  expect(await csvOf("plain")).toContain("option,label,votes,share\r\na,Cats,2,1.000\r\n")
  const page = await textOf("/polls/plain")
  expect(page).toContain("2 votes")
  expect(page).not.toContain("ballots")
})
