import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Redis } from "ioredis"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { examplePoll } from "../../vote/testing/vote"
import { inspectShard } from "./redis-inspection"
import { StopMarkers } from "./stop-markers"
import { StopProofs } from "./stop-proof"

const stores = useStores()
const GRACE_MS = 300
const open = examplePoll()
const closed = examplePoll({ state: "closed", revision: 2, stops: 1 })
let redis: Redis
let sql: Database

beforeAll(async () => {
  redis = openRedis(stores().redis.adminUrl)
  stores().defer(() => redis.disconnect())
  sql = openDatabase(stores().database.adminUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  await waitFor("Redis to be connected", () => redis.status === "ready")
})

/** Says, as a worker does once it has written all copies, that vote may believe this Redis. */
async function lowerFence(): Promise<void> {
  await redis.set(keys.fence(0), (await inspectShard(redis, 0)).serving)
}

/** How long it took from now until a marker was due. */
async function untilDue(markers: StopMarkers): Promise<number> {
  const start = performance.now()
  await waitFor("a marker to be due", async () => (await markers.due([closed])).length > 0)
  return performance.now() - start
}

/** Whether a marker becomes due although vote may read that the poll is open. */
async function becomesDue(markers: StopMarkers): Promise<boolean> {
  const end = performance.now() + 2 * GRACE_MS
  return waitFor("a marker, or the end of the time in which none may come", async () => {
    const due = await markers.due([closed]).catch(() => [])
    if (due.length > 0) return "yes"
    return performance.now() > end && "no"
  }).then((answer) => answer === "yes")
}

test("a stop gets its marker only a while after vote could read it, and again after Redis was away", async () => {
  const markers = new StopMarkers(sql, redis, 1, new StopProofs(sql), GRACE_MS)
  await writePollCopy(redis, 0, open)
  await lowerFence()
  expect(await becomesDue(markers)).toBe(false)
  // Redis takes no writes: whoever wants to write the stopped poll there is refused.
  await redis.config("SET", "min-replicas-to-write", "1")
  await expect(writePollCopy(redis, 0, closed)).rejects.toThrow("NOREPLICAS")
  expect(await becomesDue(markers)).toBe(false)
  await redis.config("SET", "min-replicas-to-write", "0")
  await writePollCopy(redis, 0, closed)
  expect(await markers.due([closed])).toEqual([])
  expect(await untilDue(markers)).toBeGreaterThan(GRACE_MS / 2)
  // A Redis that comes back may be an older one: nothing is due before a worker has written the polls into it.
  await redis.set(keys.fence(0), "another-process")
  expect(await becomesDue(markers)).toBe(false)
  await lowerFence()
  expect(await markers.due([closed])).toEqual([])
  expect(await untilDue(markers)).toBeGreaterThan(GRACE_MS / 2)
})

test("a later poll under the same id, and a deleted one, take no votes of the poll that stopped", async () => {
  await lowerFence()
  for (const standing of [
    { ...open, number: 2, revision: 1 },
    { ...closed, number: 3, deleting: true },
  ]) {
    const markers = new StopMarkers(sql, redis, 1, new StopProofs(sql), GRACE_MS)
    await writePollCopy(redis, 0, standing)
    expect(await markers.due([closed])).toEqual([])
    await untilDue(markers)
  }
})
