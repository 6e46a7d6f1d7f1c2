/** A database that was made anew, beside a Redis that holds polls and ballots of the one before. */

import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { openBooth, openPoll, voter } from "../harness/tallyroom"

const stores = useStores()
const FOREIGN = expect.stringContaining("this Redis holds the inbox of another database")

test("is told to be another one, and nothing in that Redis is touched", async () => {
  const before = await startWorker(stores())
  await before.ready()
  const booth = await openBooth(stores())
  await openPoll(before.sql, booth.redis, "before")
  const names = Array.from({ length: 20 }, (_, i) => voter(`b${i}`))
  for (const who of names.slice(0, 10)) await booth.cast("before", who, "a")
  await becomes(async () => {
    const [row] = await before.sql`SELECT count(*)::integer AS n FROM votes`
    return row?.n
  }, 10)
  await before.stop()
  for (const who of names.slice(10)) await booth.cast("before", who, "a")
  const lengths = () => Promise.all([0, 1, 2, 3].map((shard) => booth.redis.xlen(keys.inbox(shard))))
  const waiting = await lengths()

  const database = await stores().postgres.database("made_anew")
  const anew = await startWorker({ ...stores(), database })
  const everyShard = Object.fromEntries([0, 1, 2, 3].map((shard) => [`shard ${shard}`, FOREIGN]))
  await becomes(() => anew.worker.readiness(), everyShard)
  await anew.stop()
  expect(await lengths()).toEqual(waiting)
  expect(await booth.redis.hget(keys.poll(0, "before"), "accepted")).not.toBeNull()

  const again = await startWorker(stores())
  await becomes(async () => {
    const [row] = await again.sql`SELECT count(*)::integer AS n FROM votes`
    return row?.n
  }, 20)
}, 60_000)

test("ends a worker that is at work when another database answers, and nothing in that Redis is touched", async () => {
  const { redis, postgres, database } = stores()
  const name = new URL(database.adminUrl).pathname.slice(1)
  // Prepared by a worker of its own; the Redis is another one's, and it counts nothing.
  const other = await postgres.database("taking_the_place")
  const preparing = await startWorker({ ...stores(), database: other })
  await becomes(() => preparing.worker.readiness(), expect.objectContaining({ "shard 0": FOREIGN }))
  await preparing.stop()
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  const booth = await openBooth(stores())
  const rest = new URL(database.adminUrl)
  rest.pathname = "/postgres"
  const admin = openDatabase(rest.href, { name: "test", connections: 1 })
  try {
    const keepOut = async (each: string) => {
      await admin.unsafe(`ALTER DATABASE ${each} ALLOW_CONNECTIONS false`)
      await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${each}`
      await becomes(async () => {
        const [row] = await admin`SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = ${each}`
        return row?.n
      }, 0)
    }
    const otherName = new URL(other.adminUrl).pathname.slice(1)
    for (const each of [name, otherName]) await keepOut(each)
    for (const who of Array.from({ length: 10 }, (_, i) => voter(`c${i}`)))
      expect((await booth.cast("before", who, "a")).kind).toBe("accepted")
    await admin.unsafe(`ALTER DATABASE ${name} RENAME TO ${name}_before`)
    await admin.unsafe(`ALTER DATABASE ${otherName} RENAME TO ${name}`)
    const before = await booth.redis.hgetall(keys.poll(0, "before"))
    await admin.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
    let code: number | undefined
    void worker.app.exited.then((exited) => {
      code = exited
    })
    await becomes(() => code, 1)
    const waiting = await Promise.all([0, 1, 2, 3].map((shard) => booth.redis.xlen(keys.inbox(shard))))
    expect(waiting.reduce((sum, length) => sum + length)).toBe(10)
    expect(await booth.redis.hgetall(keys.poll(0, "before"))).toEqual(before)
  } finally {
    await admin.end({ timeout: 1 })
  }
  const anew = await startWorker({ redis, postgres, database, defer: stores().defer })
  await becomes(() => anew.worker.readiness(), expect.objectContaining({ "shard 0": FOREIGN }))
}, 60_000)
