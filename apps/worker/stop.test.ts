import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { createRegistry } from "@tallyroom/lib/process/management"
import { quiet } from "../../scripts/services/apps/worker-in-process"
import { useStores } from "../../tests/harness/stores"
import { createMetrics } from "./metrics"
import { Worker } from "./worker"

const stores = useStores()

test("a worker that stops before the tables are there says nothing of leases", async () => {
  const { redis, database } = stores()
  const sql = openDatabase(database.workerUrl, { name: "test-worker", connections: 1 })
  const connect = () => openRedis(redis.workerUrl)
  const own = connect()
  const warnings: string[] = []
  const log = Object.assign(Object.create(quiet), {
    warn: (_: unknown, words: string) => warnings.push(words),
  })
  const worker = new Worker({
    ...{ sql, databaseUrl: database.workerUrl, redis: own, openRedis: connect, shards: 1, log },
    ...{ labels: { a: "Cats", b: "Dogs" }, finalAfter: 0, metrics: createMetrics(createRegistry("test")) },
  })
  await worker.stop()
  expect(warnings).toEqual([])
  own.disconnect()
  await sql.end({ timeout: 1 })
})
