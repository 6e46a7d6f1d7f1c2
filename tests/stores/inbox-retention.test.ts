/** Redis keeps what was counted for a while, so that a Postgres that comes back older counts it again. */

import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { takeBackup } from "../harness/backup"
import { becomes } from "../harness/becomes"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"
import {
  type Booth,
  booksOf as booksOfPoll,
  castAll as castAllIn,
  openBooth,
  openPoll,
  voters,
} from "../harness/tallyroom"

const HOUR_MS = 3_600_000
const stores = useStores()
let sql: Database
let booth: Booth
let stop = async () => {}

async function startRetaining(retention: { ageMs: number; bytes: number } | null): Promise<void> {
  await stop()
  const at = await startWorker(stores(), SHARDS, "", 1, 0, retention)
  stop = at.stop
  await at.ready()
}

beforeAll(async () => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
  await startRetaining({ ageMs: HOUR_MS, bytes: 50_000_000 })
  booth = await openBooth(stores())
})

const castAll = (poll: string, voters: string[], option: string) => castAllIn(booth, poll, voters, option)
const booksOf = (id: string) => booksOfPoll(sql, booth.redis, id)
const books = (id: string, expected: object) => becomes(() => booksOf(id), expect.objectContaining(expected))
const lengths = async (key: (shard: number) => string) => {
  const each = Array.from({ length: SHARDS }, (_, shard) => booth.redis.xlen(key(shard)))
  return (await Promise.all(each)).reduce((a, b) => a + b, 0)
}

test("under a flood nothing is lost, nothing is counted twice, and nobody votes twice", async () => {
  await openPoll(sql, booth.redis, "flood")
  await castAll("flood", voters("early", 500), "a")
  await books("flood", { counted: 500 })
  const backup = await takeBackup(sql)
  await castAll("flood", voters("late", 3_000), "a")
  await books("flood", { counted: 3_500, pending: 0 })
  expect(await lengths(keys.inbox)).toBe(0)
  const flood = castAll("flood", voters("meanwhile", 3_000), "b")
  await backup.restore()
  await flood
  const whole = { accepted: 6_500, counted: 6_500, replaced: 0, late: 0, setAside: 0, pending: 0, lost: 0 }
  await books("flood", { ...whole, faults: [] })
  const [tally] = await sql`
    SELECT count(*)::integer AS votes, count(DISTINCT voter)::integer AS voters FROM votes
    WHERE poll = (SELECT number FROM polls WHERE id = 'flood')`
  expect(tally).toEqual({ votes: 6_500, voters: 6_500 })
  const again = await castAll("flood", voters("late", 50), "b")
  expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(["stands"]))
}, 120_000)

test("votes for a poll that the older Postgres does not know are set aside, each with what it says", async () => {
  const backup = await takeBackup(sql)
  await openPoll(sql, booth.redis, "younger")
  await castAll("younger", voters("y", 40), "a")
  await books("younger", { counted: 40 })
  await backup.restore()
  await becomes(async () => {
    const [row] = await sql`SELECT count(*)::integer AS n FROM set_aside WHERE reason = 'poll-unknown'`
    return row?.n
  }, 40)
}, 60_000)

test("what takes more memory than it may goes, the oldest first, and is booked as lost if Postgres then goes back", async () => {
  await openPoll(sql, booth.redis, "large")
  const backup = await takeBackup(sql)
  await startRetaining({ ageMs: HOUR_MS, bytes: 4 * 20_000 })
  await castAll("large", voters("l", 6_000), "a")
  await books("large", { counted: 6_000 })
  const kept = await becomesStill(() => lengths(keys.retained))
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(4_000)
  await stop()
  await backup.restore()
  await sql`UPDATE shards SET lease_until = now()`
  await sql`DELETE FROM workers`
  await startRetaining({ ageMs: HOUR_MS, bytes: 4 * 20_000 })
  await books("large", { accepted: 6_000, counted: kept, lost: 6_000 - kept, pending: 0, faults: [] })
}, 120_000)

test("what is old enough goes though nobody votes, and all of it when it is switched off", async () => {
  await openPoll(sql, booth.redis, "aged")
  await startRetaining({ ageMs: 1_000, bytes: 50_000_000 })
  await castAll("aged", voters("a", 100), "a")
  await books("aged", { counted: 100 })
  await becomes(() => lengths(keys.retained), 0)
  await startRetaining({ ageMs: HOUR_MS, bytes: 50_000_000 })
  await castAll("aged", voters("b", 100), "a")
  await becomes(() => lengths(keys.retained), 100)
  await startRetaining(null)
  await becomes(() => lengths(keys.retained), 0)
}, 60_000)

test("when memory is short they go first, though Postgres is away, and the audit says since when less is retained", async () => {
  await openPoll(sql, booth.redis, "tight")
  await startRetaining({ ageMs: HOUR_MS, bytes: 50_000_000 })
  await castAll("tight", voters("t", 3_000), "a")
  await books("tight", { counted: 3_000 })
  await becomes(() => lengths(keys.retained), 3_000)
  const holder = openDatabase(stores().database.workerUrl, { name: "holder", connections: 1 })
  try {
    await holder.unsafe("BEGIN; LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
    await castAll("tight", voters("waiting", 1), "a")
    const used = Number(/used_memory:(\d+)/.exec(await booth.redis.info("memory"))?.[1])
    await booth.redis.config("SET", "maxmemory", Math.ceil(used * 1.2))
    await becomes(() => lengths(keys.retained), 0)
    const answers = await castAll("tight", voters("more", 200), "a")
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["accepted"]))
    expect(await booth.redis.pttl(keys.dropped(0))).toBeGreaterThan(HOUR_MS / 2)
  } finally {
    await booth.redis.config("SET", "maxmemory", 0)
    await holder.unsafe("ROLLBACK")
    await holder.end()
  }
  await books("tight", { counted: 3_201, pending: 0, lost: 0 })
  const { redis, database } = stores()
  const env = { REDIS_URL: redis.workerUrl, DATABASE_URL: database.workerUrl }
  const { out } = await outputOfScript("scripts/data/audit.ts", ["--poll", "tight"], env)
  expect(out).toContain("Memory was short: of counted ballots, only those since ")
}, 120_000)

test("a deleted poll's ballots go from what is retained, and others' stay", async () => {
  await openPoll(sql, booth.redis, "kept")
  await openPoll(sql, booth.redis, "deleted")
  const [row] = await sql`SELECT number FROM polls WHERE id = 'deleted'`
  const backup = await takeBackup(sql)
  await castAll("kept", voters("k", 50), "a")
  await castAll("deleted", voters("d", 50), "a")
  await books("kept", { counted: 50 })
  await books("deleted", { counted: 50 })
  await becomes(() => retainedOf(row?.number), 50)
  await change("deleted", "state = 'closed', deleting_at = now()")
  await becomes(async () => [...(await sql`SELECT FROM polls WHERE id = 'deleted'`)].length, 0)
  expect(await retainedOf(row?.number)).toBe(0)
  await backup.restore()
  await books("kept", { accepted: 50, counted: 50, lost: 0, faults: [] })
  await books("deleted", { counted: 0, pending: 0, faults: [] })
  await castAll("deleted", voters("d", 50), "b")
  await books("deleted", { counted: 50, pending: 0, faults: [] })
}, 120_000)

test("whatever an admin has done to a poll since the backup, its ballots count by what Postgres says again", async () => {
  const ids = ["closed", "final", "resumed", "opened", "extended"]
  for (const id of ids) await openPoll(sql, booth.redis, id)
  await castAll("resumed", voters("early", 10), "a")
  await books("resumed", { counted: 10 })
  await change("resumed", "state = 'paused'")
  await becomes(
    async () =>
      Number(
        (await sql`SELECT count(*) AS n FROM closings JOIN polls ON number = poll WHERE id = 'resumed'`)[0]
          ?.n,
      ),
    SHARDS,
  )
  await change("opened", "state = 'draft'")
  const backup = await takeBackup(sql)
  await change("resumed", "state = 'open'")
  await change("opened", "state = 'open'")
  await change("extended", `options = options || '[{"id":"d","label":"D"}]'::jsonb`)
  for (const id of ["closed", "final", "resumed", "opened"]) {
    await votableInEveryShard(id)
    await castAll(id, voters(id, 40), "a")
  }
  for (let shard = 0; shard < SHARDS; shard++)
    await becomes(() => booth.redis.hget(keys.poll(shard, "extended"), "options"), ",a,b,c,d,")
  await castAll("extended", [...voters("known", 20)], "a")
  await castAll("extended", voters("unknown", 20), "d")
  await books("extended", { counted: 40 })
  for (const id of ["closed", "final"]) await change(id, "state = 'closed'")
  await becomes(async () => (await sql`SELECT state FROM polls WHERE id = 'final'`)[0]?.state, "final")
  await backup.restore()
  for (const id of ["closed", "final", "opened"])
    await books(id, { accepted: 40, counted: 40, late: 0, lost: 0, pending: 0, faults: [] })
  await books("resumed", { accepted: 50, counted: 50, late: 0, lost: 0, pending: 0, faults: [] })
  await books("extended", { accepted: 40, counted: 20, setAside: 20, lost: 0, pending: 0, faults: [] })
  const states = await sql`SELECT id, state FROM polls WHERE id IN ${sql(ids)} ORDER BY id`
  expect(states.map(({ state }) => state)).toEqual(["open", "open", "open", "draft", "paused"])
  await change("opened", "state = 'open'")
  await votableInEveryShard("opened")
  const again = await castAll("opened", voters("opened", 40), "b")
  expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(["stands"]))
}, 120_000)

test("what one clock alone calls old stays", async () => {
  await stop()
  const { redis } = booth
  const names = ["clock:inbox", "clock:counted", "clock:retained", "clock:dropped", "clock:primary"] as const
  const id = await redis.xadd(names[0], "*", "b", "1 voter a")
  const retain = (now: number) => redis.retainCounted(...names, id ?? "", 50, 1_000_000, now, "")
  const castAt = Number(id?.split("-")[0])
  await retain(castAt)
  await waitFor(
    "the ballot to be old by Redis's clock",
    async () => Number((await redis.time())[0]) * 1_000 > castAt + 100,
  )
  await retain(castAt)
  expect(await redis.xlen(names[2])).toBe(1)
  await retain(castAt + HOUR_MS)
  expect(await redis.xlen(names[2])).toBe(0)
  expect(await redis.exists(names[3])).toBe(0)
})

async function change(id: string, what: string): Promise<void> {
  await sql.unsafe(`UPDATE polls SET ${what}, revision = revision + 1 WHERE id = '${id}'`)
}

async function votableInEveryShard(id: string): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++)
    await becomes(() => booth.redis.hget(keys.poll(shard, id), "state"), "open")
}

async function retainedOf(poll: number): Promise<number> {
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    booth.redis.xrange(keys.retained(shard), "-", "+"),
  )
  return (await Promise.all(shards)).flat().filter(([, [, text = ""]]) => text.startsWith(`${poll} `)).length
}

/** What a count is once two readings in a row agree. */
async function becomesStill(read: () => Promise<number>): Promise<number> {
  let last = -1
  return waitFor("a count that stays", async () => {
    const now = await read()
    const isStill = now === last && (await lengths(keys.inbox)) === 0
    last = now
    return isStill && now
  })
}
