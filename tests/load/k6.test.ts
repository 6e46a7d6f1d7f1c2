// Begins early: most of it waits for k6 to have had its seconds.
/**
 * Runs each load script on a small scale: it says YES to a Tallyroom that keeps its promises, and NO where the numbers
 * differ.
 */

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { freePort } from "../../scripts/services/processes/ports"
import { waitFor } from "../../scripts/services/wait"
import { untilConnectionRefused } from "../harness/refused-connection"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"

const stores = useStores()
setDefaultTimeout(180_000)
let vote: AppProcess
let result: AppProcess

beforeAll(async () => {
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  result = await startResultProcess(stores())
  vote = await startVoteProcess(stores(), { RESULT_URL: result.url })
  await makePoll(openTables(), "several", { ballot: { method: "choose", min: 1, max: 2, abstain: true } })
  await waitFor("vote to know it", async () => (await fetch(`${vote.url}/api/polls/several`)).ok)
}, 60_000)

const k6 = (script: string, env: Record<string, string>) =>
  outputOfScript("scripts/load/flood.ts", [script], { VOTE_URL: vote.url, RESULT_URL: result.url, ...env })

/** The machine may be busy: how soon votes are answered is no matter of these tests. */
const PATIENT = { P95_MS: "20000" }

test.each([
  ["flood", { VOTERS: "5", DURATION: "2s" }, /([1-9]\d*|\d+,\d+) votes accepted, \1 counted, 0 failed/],
  ["burst", { PEOPLE: "30" }, /30 votes accepted, 30 counted, 0 failed/],
  ["viewers", { VIEWERS: "20", DURATION: "2s", RATE: "10" }, /20 of 20 viewers saw the last snapshot/],
  ["reconnect", { VIEWERS: "30" }, /30 of 30 viewers came back/],
  [
    "soak",
    { DURATION: "2s", RATE: "10", POLL: "several" },
    /([1-9]\d*) votes accepted, \1 counted, 0 failed/,
  ],
])("%s says YES, with its numbers", async (script, env, says) => {
  const { code, out, err } = await k6(script, { ...PATIENT, ...env })
  expect({ code, last: out.trim().split("\n").at(-1) }, `${out}\n${err}`).toEqual({ code: 0, last: "YES" })
  expect(out).toMatch(says)
})

test("ballots that may say several things were filled in as such", async () => {
  const answer = await fetch(`${result.url}/api/polls/several/results`)
  const { total, abstained, options } = await answer.json()
  const marks = options.reduce((sum: number, { votes }: { votes: number }) => sum + votes, 0)
  expect(total).toBeGreaterThanOrEqual(20)
  expect(marks).toBeGreaterThan(total - abstained)
  expect(marks).toBeLessThanOrEqual(2 * (total - abstained))
})

test("flood says NO when more was counted than it saw accepted", async () => {
  const flood = k6("flood", { ...PATIENT, VOTERS: "2", DURATION: "2s" })
  const stranger = setInterval(() => {
    fetch(`${vote.url}/`, { method: "POST", body: new URLSearchParams({ vote: "a" }) }).catch(() => {})
  }, 50)
  const { code, out } = await flood
  clearInterval(stranger)
  expect(code).toBe(99)
  expect(out).toContain("NO: not kept: votes_uncounted: count==0")
})

/** Settles once the flood has read where it begins, and its votes are being counted. */
async function untilCounting(sql: Database, before: number): Promise<void> {
  await waitFor("votes of the flood", async () => (await countedVotes(sql)) > before + 5)
}

async function countedVotes(sql: Database): Promise<number> {
  const [row] = await sql`SELECT COALESCE(sum(votes), 0)::integer AS votes FROM tallies`
  return row?.votes
}

function openTables(): Database {
  const sql = openDatabase(stores().database.adminUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  return sql
}

test("flood says NO when a counted vote is gone from the tally", async () => {
  const sql = openTables()
  const before = await countedVotes(sql)
  const flood = k6("flood", { ...PATIENT, VOTERS: "2", DURATION: "3s", PATIENCE: "3s" })
  await untilCounting(sql, before)
  await waitFor("a tally to take votes from", async () => {
    const taken = await sql`UPDATE tallies SET votes = votes - 5 WHERE (poll, option, shard) IN
      (SELECT poll, option, shard FROM tallies JOIN polls ON number = poll WHERE is_default AND votes > 5 LIMIT 1)`
    return taken.count > 0
  })
  const { code, out } = await flood
  expect([code, out.includes("votes_uncounted: count==0")]).toEqual([99, true])
})

test("flood gives no answer when the tally can't be read in the end", async () => {
  const sql = openTables()
  const before = await countedVotes(sql)
  const flood = k6("flood", { ...PATIENT, VOTERS: "2", DURATION: "3s", PATIENCE: "1s" })
  await untilCounting(sql, before)
  result.app.kill("SIGKILL")
  const { code, out } = await flood
  expect(code).not.toBe(0)
  expect(out).toContain("NO ANSWER: the tally could not be read in the end")
  result = await startResultProcess(stores())
})

test("the death of a Tallyroom under a flood takes some lines to tell, and not one for each request", async () => {
  const sql = openTables()
  const before = await countedVotes(sql)
  const flood = k6("flood", {
    ...PATIENT,
    VOTERS: "20",
    DURATION: "4s",
    PATIENCE: "1s",
  })
  await untilCounting(sql, before)
  vote.app.kill("SIGKILL")
  await vote.app.exited
  const { port } = new URL(vote.url)
  // There are three ways to be sent away, so that some of ten voters get the same answer.
  for (let sentAway = 0; sentAway < 10; sentAway++) await untilConnectionRefused(Number(port))
  const again = await startVoteProcess(stores(), { RESULT_URL: result.url, PORT: port })
  vote = { ...again, url: vote.url }
  const { err } = await flood
  expect(err).toMatch(/… and \d+ more requests that failed like these\./)
  expect(err.split("\n").length).toBeLessThan(20)
})

test("flood waits for a result app that is just starting if WAIT is set", async () => {
  const port = await freePort()
  const refused = untilConnectionRefused(port)
  const url = `http://127.0.0.1:${port}`
  const flood = k6("flood", { ...PATIENT, VOTERS: "2", DURATION: "1s", RESULT_URL: url, WAIT: "120s" })
  await refused
  const late = await startResultProcess(stores(), { PORT: String(port) })
  const { code, out, err } = await flood
  late.app.kill("SIGKILL")
  expect([code, out.trim().split("\n").at(-1)], `${out}\n${err}`).toEqual([0, "YES"])
})

test("flood says at once and in one sentence why a poll can't be flooded", async () => {
  const dead = await k6("flood", { VOTE_URL: "http://127.0.0.1:1" })
  expect(dead).toMatchObject({
    code: 2,
    out: "",
    err: "http://127.0.0.1:1/api/polls does not answer: start Tallyroom (`bun run demo`), or set VOTE_URL.\n",
  })
  const polls = `${vote.url}/api/polls`
  const sql = openTables()
  await makePoll(sql, "paused", { state: "paused" })
  await makePoll(sql, "coded", { eligibility: "code" })
  await makePoll(sql, "hidden", { results: "after-close" })
  for (const [poll, says] of [
    ["nowhere", `There is no poll at ${polls}/nowhere: \`bun run poll list\` shows which there are.`],
    ["paused", "The poll paused is paused: open it (`bun run poll resume paused`)."],
    ["coded", "The poll coded takes one vote a code: name another by POLL."],
    ["hidden", "The poll hidden hides its results: name another by POLL."],
  ] as const) {
    if (poll !== "nowhere") await waitFor("vote to know it", async () => (await fetch(`${polls}/${poll}`)).ok)
    expect(await k6("flood", { POLL: poll })).toEqual({ code: 2, out: "", err: `${says}\n` })
  }
  expect((await k6("flood", { VOTERS: "x" })).err).toBe(
    "VOTERS=x is no whole number from 1 on: correct it.\n",
  )
  const { code, err } = await k6("flod", {})
  expect([code, err.trim()]).toEqual([
    2,
    "There is no script flod: choose from flood, burst, viewers, reconnect, soak.",
  ])
})
