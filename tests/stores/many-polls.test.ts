/** Thousands of polls at once: what is done for each of them is done for many together. */

import { expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { POLLS_A_PART } from "@tallyroom/lib/http/list-part"
import { keys } from "@tallyroom/lib/inbox/keys"
import { writeIndex, writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { newSalt } from "@tallyroom/lib/polls/rows"
import { textArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"
import type { PendingQuery, Row } from "postgres"
import { ADMIN, openTables, startResultApp } from "../../apps/result/testing/result"
import { examplePoll, startVoteFixture } from "../../apps/vote/testing/vote"
import { TimelineRolls } from "../../apps/worker/counting/timeline-rolls"
import { PollBook } from "../../apps/worker/polls/poll-book"
import { TallyProjection } from "../../apps/worker/polls/tally-projection"
import { raiseFence, restoreVoters } from "../../apps/worker/source/redis-restore"
import { quiet, SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { counted } from "../harness/counted-statements"
import { useStores } from "../harness/stores"
import { castAll, openBooth, voters } from "../harness/tallyroom"

const stores = useStores()
const POLLS = 2_500
const TIMEOUT_MS = 300_000
const PATIENCE_MS = 120_000
/** Copies that are written together, and whose stops are recorded together. */
const COPIES_AT_ONCE = 50

const OPTIONS = JSON.stringify(["a", "b"].map((id) => ({ id, label: id.toUpperCase() })))

/** Makes so many open polls in one statement. */
async function makePolls(sql: Database, name: string, count: number): Promise<void> {
  const salts = Array.from({ length: count }, () => newSalt())
  await sql`
    INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt)
    SELECT ${`${name}-`}::text || n, 'Poll ' || n, ${OPTIONS}::text::jsonb, 'final', 'open', 'live', 'browser', salt
    FROM unnest(${textArray(salts)}::text[]) WITH ORDINALITY AS made(salt, n)`
}

type Rows = PendingQuery<Row[]>

async function countOf(sql: Database, what: Rows): Promise<number> {
  const [row] = await sql`SELECT count(*)::integer AS rows FROM (${what}) AS counted`
  return Number(row?.rows)
}

/** How many copies of these polls a shard has. */
function copiesIn(redis: Redis, shard: number, name: string, count: number): Promise<number> {
  return redis.exists(...Array.from({ length: count }, (_, i) => keys.poll(shard, `${name}-${i + 1}`)))
}

test(
  "polls that close at the same second become final by statements for many of them each, and each outcome is stored",
  async () => {
    const { sql, ready, stop } = await startWorker(stores())
    await ready()
    const booth = await openBooth(stores())
    await makePolls(sql, "closing", POLLS)
    for (let shard = 0; shard < SHARDS; shard++)
      await waitFor(
        `all copies in shard ${shard}`,
        async () => (await copiesIn(booth.redis, shard, "closing", POLLS)) === POLLS,
        PATIENCE_MS,
      )
    await castAll(booth, "closing-7", voters("seventh", 20), "a")
    await sql`UPDATE polls SET closes_at = now() + interval '1 second', revision = revision + 1 WHERE id LIKE 'closing-%'`
    const left = () => countOf(sql, sql`SELECT FROM polls WHERE id LIKE 'closing-%' AND state <> 'final'`)
    await waitFor("all to be final", async () => (await left()) === 0, PATIENCE_MS)
    const outcomes = sql`SELECT outcomes.xmin FROM outcomes JOIN polls ON number = poll WHERE id LIKE 'closing-%'`
    await waitFor("all outcomes", async () => (await countOf(sql, outcomes)) === POLLS, PATIENCE_MS)

    const stops = sql`SELECT closings.xmin FROM closings JOIN polls ON number = poll WHERE id LIKE 'closing-%'`
    expect(await countOf(sql, stops)).toBe(POLLS * SHARDS)
    // Each transaction writes what it writes under its own number.
    const transactions = (rows: Rows) =>
      countOf(sql, sql`SELECT DISTINCT xmin::text FROM (${rows}) AS written`)
    // Twice as many as there are lots: news of polls may come while a lot is on its way.
    expect(await transactions(stops)).toBeLessThanOrEqual((2 * POLLS * SHARDS) / COPIES_AT_ONCE)
    expect(await transactions(outcomes)).toBeLessThanOrEqual(POLLS / 25)
    const [seventh] = await sql`
      SELECT outcome FROM outcomes JOIN polls ON number = poll WHERE id = 'closing-7'`
    expect(seventh?.outcome).toMatchObject({ ballots: 20, winners: ["a"] })
    // Else it would take a hand in what the others count.
    await stop()
  },
  TIMEOUT_MS,
)

test(
  "the voters of all polls come back into an empty Redis by one reading of the votes of a shard",
  async () => {
    const { sql, ready, stop } = await startWorker(stores())
    await ready()
    const booth = await openBooth(stores())
    await makePolls(sql, "voted", POLLS)
    await sql`
      INSERT INTO votes (poll, voter, ms, seq, shard, option)
      SELECT number, gen_random_uuid(), 1000, n, n % ${SHARDS}::integer, 'a'
      FROM polls, generate_series(1, ${2 * SHARDS}::integer) AS n WHERE id LIKE 'voted-%'`
    await stop()
    const { sql: counting, asked } = counted(stores(), "test-restoring")
    const book = new PollBook(counting, quiet)
    await book.refresh()
    const polls = book.all().filter(({ id }) => id.startsWith("voted-"))
    const before = asked()
    for (let shard = 0; shard < SHARDS; shard++) {
      const marker = await raiseFence(booth.redis, shard)
      expect(await restoreVoters(booth.redis, counting, { shard, polls, marker })).toBe(2 * POLLS)
      const sizes = await Promise.all(polls.map(({ id }) => booth.redis.hlen(keys.voters(shard, id))))
      expect(new Set(sizes)).toEqual(new Set([2]))
    }
    expect(asked() - before).toBe(SHARDS)
  },
  TIMEOUT_MS,
)

test(
  "timelines are rolled up and tallies are copied for some polls at a time, and for each in its turn",
  async () => {
    const sql = await openTables(stores())
    await makePolls(sql, "busy", POLLS)
    await sql`
      INSERT INTO books (poll, shard, accepted, counted, version) SELECT number, 0, 1, 1, 1 FROM polls WHERE id LIKE 'busy-%'`
    const { sql: counting, asked } = counted(stores(), "test-busy")
    const rolls = new TimelineRolls(counting)
    const { signal } = new AbortController()
    const goes: number[] = []
    for (let last = -1; last !== 1; goes.push(last)) {
      const before = asked()
      await rolls.rollUp(signal)
      last = asked() - before
    }
    // One statement reads the books of all, and one rolls up each poll: nobody is left out, and none has a second turn.
    expect(Math.max(...goes)).toBeLessThanOrEqual(501)
    const booked = await countOf(sql, sql`SELECT DISTINCT poll FROM books`)
    expect(goes.reduce((sum, statements) => sum + statements - 1, 0)).toBe(booked)

    const booth = await openBooth(stores())
    const polls = await sql`SELECT number, id FROM polls WHERE id LIKE 'busy-%'`
    const places = polls.map(({ id }) => keys.tally(String(id)))
    const before = asked()
    const tallies = new TallyProjection(booth.redis, counting, quiet)
    tallies.schedule(polls.map(({ number }) => Number(number)))
    await waitFor(
      "a copy of each tally",
      async () => (await booth.redis.exists(...places)) === POLLS,
      PATIENCE_MS,
    )
    tallies.stop()
    expect(asked() - before).toBe(Math.ceil(POLLS / 200))
  },
  TIMEOUT_MS,
)

test(
  "lists of polls come in parts, and neither a part nor a page of the control room asks for all polls",
  async () => {
    const { sql, ready } = await startWorker(stores())
    await ready()
    await makePolls(sql, "listed", POLLS)
    const { sql: counting, asked } = counted(stores(), "test-listing", "result")
    const app = await startResultApp(stores(), { sql: counting })
    const all = await countOf(sql, sql`SELECT FROM polls`)
    const seen = new Set<string>()
    let parts = 0
    for (let offset: number | undefined = 0; offset !== undefined; parts++) {
      const part = (await (await app.get(`/api/polls?offset=${offset}`)).json()) as Part
      expect(part.polls.length).toBeLessThanOrEqual(POLLS_A_PART)
      for (const { id } of part.polls) seen.add(id)
      offset = part.next
    }
    expect([seen.size, parts]).toEqual([all, Math.ceil(all / POLLS_A_PART)])
    expect((await app.get("/api/polls?offset=-1")).status).toBe(400)

    const before = asked()
    const page = await (await app.get("/admin?page=3", ADMIN)).text()
    expect(page.match(/data-poll="/g)?.length).toBe(50)
    expect(asked() - before).toBeLessThanOrEqual(5)
    const found = await (await app.get("/admin?q=listed-1234", ADMIN)).text()
    expect(found.match(/data-poll="[^"]*"/g)).toEqual(['data-poll="listed-1234"'])
  },
  TIMEOUT_MS,
)

type Part = { polls: { id: string }[]; next?: number }

test("vote asks Redis for no more polls than it lists at a time", async () => {
  const fixture = await startVoteFixture()
  try {
    const ids = Array.from({ length: POLLS }, (_, i) => `open-${i}`)
    const index = { shards: 2, default: null, open: ids }
    for (const [i, id] of ids.slice(0, 250).entries())
      await writePollCopy(fixture.admin, 0, examplePoll({ id, number: i + 1 }))
    await writeIndex(fixture.admin, index)
    await fixture.admin.config("RESETSTAT")
    const answer = (await (await fixture.ask("/api/polls?offset=100")).json()) as Part
    expect(answer.polls.map(({ id }) => id)).toEqual(ids.slice(100, 200))
    expect(answer.next).toBe(200)
    const calls = /cmdstat_hmget:calls=(\d+)/.exec(await fixture.admin.info("commandstats"))?.[1]
    expect(Number(calls)).toBeLessThanOrEqual(POLLS_A_PART)
    expect((await fixture.ask("/api/polls?offset=x")).status).toBe(400)
  } finally {
    await fixture.stop()
  }
})
