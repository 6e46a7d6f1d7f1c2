/** Redis keeps what was counted for a while, so that a Postgres that comes back older counts it again. */

import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { takeBackup } from "../harness/backup"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import {
  booksOf as booksOfPoll,
  castAll as castAllIn,
  type Booth, openBooth, openPoll,
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
