/** What rankings decided is stored for good, whichever worker died on the way to it. */

import { expect, test } from "bun:test"
import { CUMBERNAULD, cumbernauld } from "@tallyroom/lib/count/elections/elections"
import type { Database } from "@tallyroom/lib/database"
import { Decider, Undecided } from "@tallyroom/lib/outcome/decider"
import { type Outcome, outcomeSchema } from "@tallyroom/lib/outcome/outcome"
import { talliedOutcomeSchema } from "@tallyroom/lib/outcome/tallied"
import type { Rule } from "@tallyroom/lib/polls/decision"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { quiet, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { addRankings, sayingsOf } from "../../../tests/harness/rankings"
import { useStores } from "../../../tests/harness/stores"
import { makePoll, openBooth, openPoll, voter } from "../../../tests/harness/tallyroom"
import { openTables } from "../../result/testing/result"
import { storeOutcomes } from "./final-outcomes"
import { PollBook } from "./poll-book"

const stores = useStores()
let worker: ReturnType<typeof startWorker> | undefined

/** One worker for all tests, once the first of them wants it. Tests before that store their outcomes themselves, and nobody else does. */
async function working() {
  worker ??= startWorker(stores())
  const { sql, ready } = await worker
  await ready()
  return { sql }
}
const RANK = { method: "rank", max: "all", abstain: true } as const

const ranked = (rule: Rule, seats = 1, more: Partial<Poll> = {}): Partial<Poll> => ({
  ...{ ballot: RANK, decision: { rule, seats, quorum: 0 } },
  ...more,
})

async function storedOf(sql: Database, id: string): Promise<Outcome | null> {
  const [row] = await sql`SELECT outcome FROM outcomes JOIN polls ON number = poll WHERE id = ${id}`
  return row ? outcomeSchema.parse(row.outcome) : null
}

const untilStored = (sql: Database, id: string) =>
  waitFor(`the outcome of ${id}`, async () => (await storedOf(sql, id)) ?? false)

const close = (sql: Database, id: string) =>
  sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = ${id}`

test("a poll that can't be decided keeps no other one from its outcome", async () => {
  const sql = await openTables(stores())
  const ids = ["first", "second", "third"]
  for (const id of ids) {
    await makePoll(sql, id, ranked("irv", 1, { state: "draft" }))
    await addRankings(sql, id, { AB: 2 })
  }
  const polls = new PollBook(sql, quiet)
  const rows = await sql`UPDATE polls SET state = 'final', revision = revision + 1
    WHERE id IN ('first', 'second', 'third') RETURNING id, number`
  await polls.refresh()
  const decider = new Decider({ databaseUrl: stores().database.workerUrl, name: "test", log: quiet })
  const broken = Number(rows.find(({ id }) => id === "first")?.number)
  const decide = (poll: number) =>
    poll === broken ? Promise.reject(new Undecided("too large")) : decider.decide(poll)
  await expect(storeOutcomes(sql, polls, { decide })).rejects.toBeInstanceOf(Undecided)
  expect(await Promise.all(ids.map(async (id) => (await storedOf(sql, id))?.winners))).toEqual([
    ...[undefined, ["a"], ["a"]],
  ])
  decider.stop()
})

test("Postgres is not asked again for outcomes that are stored, until the polls are read anew", async () => {
  const sql = await openTables(stores())
  await makePoll(sql, "rests", ranked("irv", 1, { state: "draft" }))
  await addRankings(sql, "rests", { AB: 2 })
  await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE id = 'rests'`
  const polls = new PollBook(sql, quiet)
  await polls.refresh()
  let asked = 0
  const counting = new Proxy(sql, {
    apply: (target, _, words: Parameters<typeof sql>) => {
      asked++
      return target(...words)
    },
  })
  const decider = new Decider({ databaseUrl: stores().database.workerUrl, name: "test", log: quiet })
  const settled = new WeakSet<PlacedPoll>()
  const store = () => storeOutcomes(counting, polls, decider, settled)
  await store()
  const once = asked
  expect(once).toBeGreaterThan(0)
  await store()
  expect(asked).toBe(once)
  await sql`DELETE FROM outcomes USING polls WHERE number = poll AND id = 'rests'`
  await polls.refresh()
  expect(await store()).toEqual(["rests"])
  decider.stop()
})

test("a poll that became final before its worker died is decided by the next one, as its council decided it", async () => {
  const sql = await openTables(stores())
  const options = CUMBERNAULD.map((label, i) => ({ id: `o${i}`, label: String(label) }))
  // So far had that worker come: the poll is final, and nothing is stored.
  await makePoll(sql, "ward", ranked("stv", 4, { options, state: "draft" }))
  await addRankings(sql, "ward", sayingsOf(cumbernauld()))
  await sql`UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1 WHERE id = 'ward'`
  expect(await storedOf(sql, "ward")).toBeNull()
  await working()
  const outcome = await untilStored(sql, "ward")
  expect(outcome.winners.map((id) => options.find((it) => it.id === id)?.label ?? id)).toEqual([
    ...["O'Brien", "Masterton", "McCulloch", "Chadha"],
  ])
  expect(outcome.rule === "stv" && [outcome.quota, outcome.rounds.length]).toEqual([1077, 7])
})

test("the outcome of the ballots in the inbox is stored once the poll is final", async () => {
  const { sql } = await working()
  const booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "cast", ranked("irv"))
  const ballots = ["ABC", "AB", "BCA", "BC", "CBA", "-"]
  for (const [i, says] of ballots.entries()) await booth.cast("cast", voter(`cast${i}`), says)
  await close(sql, "cast")
  expect(await untilStored(sql, "cast")).toEqual({
    ...{
      rule: "irv",
      seats: 1,
      ballots: 6,
      abstained: 1,
      quorum: 0,
      quorate: true,
      winners: ["b"],
      tied: [],
    },
    rounds: [
      { votes: { a: 2, b: 2, c: 1 }, exhausted: 0, out: ["c"], by: null },
      { votes: { a: 2, b: 3 }, exhausted: 0, out: [], by: null },
    ],
  })
})

test("ratings are tallied by option and as whole ballots, each voter's last one, and STAR's outcome is stored", async () => {
  const { sql } = await working()
  const booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "scored", {
    ballot: { method: "rate", highest: 5, abstain: true },
    ...{ decision: { rule: "star", seats: 1, quorum: 0 }, policy: "changeable" },
  })
  const ballots = ["A5B4C0", "A5B4C0", "B5C3", "A0B1C5", "A2B2", "-"]
  for (const [i, says] of ballots.entries()) await booth.cast("scored", voter(`scored${i}`), says)
  await waitFor("the first ballots", async () => (await marksIn(sql, "scored", true)).length === 4)
  await booth.cast("scored", voter("scored1"), "A5B3C1")
  await close(sql, "scored")
  expect(await untilStored(sql, "scored")).toEqual({
    ...{ rule: "star", seats: 1, ballots: 6, abstained: 1, quorum: 0, quorate: true },
    rated: { a: { ratings: 4, sum: 12 }, b: { ratings: 5, sum: 15 }, c: { ratings: 4, sum: 9 } },
    ...{ finalists: ["b", "a"], runoff: { votes: { b: 2, a: 2 }, equal: 1 }, winners: ["b"], tied: [] },
  })
  expect(await marksIn(sql, "scored", true)).toEqual([
    ...["1 A0B1C5", "1 A2B2", "1 A5B3C1", "1 A5B4C0", "1 B5C3"],
  ])
  expect(await marksIn(sql, "scored", false)).toEqual([
    ...["1 A0", "1 A2", "2 A5", "1 B1", "1 B2", "1 B3", "1 B4", "1 B5", "1 C0", "1 C1", "1 C3", "1 C5"],
  ])
})

/** The marks that some ballots have, with how many. */
async function marksIn(sql: Database, id: string, whole: boolean): Promise<string[]> {
  const rows = await sql`
    SELECT mark, sum(marks.votes)::integer AS votes FROM marks JOIN polls ON number = poll
    WHERE id = ${id} AND whole = ${whole} GROUP BY mark HAVING sum(marks.votes) > 0 ORDER BY mark COLLATE "C"`
  return rows.map(({ mark, votes }) => `${votes} ${mark}`)
}

test("a poll whose counts are more than can be reckoned with keeps no other one from its outcome", async () => {
  const sql = await openTables(stores())
  const ballot = { method: "rate", highest: 5, abstain: false } as const
  for (const id of ["beyond-1", "within", "beyond-2"]) await makePoll(sql, id, { ballot, state: "draft" })
  await sql`
    INSERT INTO marks (poll, shard, mark, votes) SELECT number, 0, 'A5', CASE id WHEN 'within' THEN 2 ELSE 1::bigint << 52 END
    FROM polls WHERE id IN ('beyond-1', 'beyond-2', 'within')`
  await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE id IN ('beyond-1', 'beyond-2', 'within')`
  const polls = new PollBook(sql, quiet)
  await polls.refresh()
  const decider = new Decider({ databaseUrl: stores().database.workerUrl, name: "test", log: quiet })
  await expect(storeOutcomes(sql, polls, decider)).rejects.toThrow("more than can be counted")
  const [row] =
    await sql`SELECT count(*) AS stored FROM outcomes JOIN polls ON number = poll WHERE id = 'within'`
  expect(row?.stored).toBe(1)
  // Nobody decides these, and the workers of other tests have nothing to say of them.
  await sql`DELETE FROM polls WHERE id IN ('beyond-1', 'beyond-2')`
  decider.stop()
})

test("an outcome that is stored stays, whatever is counted or decided after it", async () => {
  const { sql } = await working()
  await makePoll(sql, "kept", ranked("borda", 1, { state: "draft" }))
  await addRankings(sql, "kept", { AB: 3, B: 1 })
  await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE id = 'kept'`
  const first = await untilStored(sql, "kept")
  await addRankings(sql, "kept", { B: 9 })
  const polls = new PollBook(sql, quiet)
  await polls.refresh()
  const decider = new Decider({ databaseUrl: stores().database.workerUrl, name: "test", log: quiet })
  const [row] = await sql`SELECT number FROM polls WHERE id = 'kept'`
  expect(await decider.decide(Number(row?.number))).toMatchObject({ isStored: true, outcome: first })
  expect(await storeOutcomes(sql, polls, decider)).toEqual([])
  expect(await storedOf(sql, "kept")).toEqual(first)
  decider.stop()
})

test("what a tally decided is stored, too, by each method and where the most votes alone decide", async () => {
  const { sql } = await working()
  const booth = await openBooth(stores())
  const RATE = { method: "rate", highest: 5, abstain: true } as const
  const DECIDE = { method: "decide", abstain: true } as const
  await openPoll(sql, booth.redis, "one")
  await openPoll(sql, booth.redis, "rated", { ballot: RATE })
  await openPoll(sql, booth.redis, "moved", {
    ...{
      ballot: DECIDE,
      decision: { rule: "majority", majority: "absolute", base: "eligible", quorum: "1/2", eligible: 3 },
    },
  })
  await booth.cast("one", voter("one"), "a")
  await booth.cast("rated", voter("rated"), "A4B5")
  await booth.cast("moved", voter("moved"), "AyBn")
  for (const id of ["one", "rated", "moved"]) await close(sql, id)
  const stored = async (id: string) => {
    const [row] = await sql`SELECT outcome FROM outcomes JOIN polls ON number = poll WHERE id = ${id}`
    return talliedOutcomeSchema.safeParse(row?.outcome).data ?? false
  }
  const outcomeOf = (id: string) => waitFor(`the outcome of ${id}`, () => stored(id))
  expect(await outcomeOf("one")).toMatchObject({ rule: "votes", ballots: 1, winners: ["a"] })
  expect(await outcomeOf("rated")).toMatchObject({
    rule: "mean",
    rated: { b: { ratings: 1, sum: 5 } },
    winners: ["b"],
  })
  expect(await outcomeOf("moved")).toMatchObject({ quorum: 2, quorate: false, eligible: 3 })
})

test("a poll goes with its outcome when it is deleted", async () => {
  const { sql } = await working()
  await makePoll(sql, "gone", ranked("condorcet", 1, { state: "draft" }))
  await addRankings(sql, "gone", { AB: 3, B: 1 })
  const [row] =
    await sql`UPDATE polls SET state = 'final', revision = revision + 1 WHERE id = 'gone' RETURNING number`
  await untilStored(sql, "gone")
  await sql`UPDATE polls SET deleting_at = now(), revision = revision + 1 WHERE id = 'gone'`
  await waitFor("the outcome to be gone", async () => {
    const [left] = await sql`SELECT count(*) AS rows FROM outcomes WHERE poll = ${Number(row?.number)}`
    return left?.rows === 0
  })
})
