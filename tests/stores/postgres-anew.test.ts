/** A database that was made anew, beside a Redis that holds polls and ballots of the one before. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
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
