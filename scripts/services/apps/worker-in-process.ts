/** A worker inside this process, for tests and benchmarks that look into it or stop it between two steps. */

import { openDatabase } from "@tallyroom/lib/database"
import { openBrokerAdmin } from "@tallyroom/lib/inbox/brokers"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { openShards } from "@tallyroom/lib/inbox/redis/shards"
import type { Retention } from "@tallyroom/lib/inbox/retention"
import { createLog } from "@tallyroom/lib/process/logging"
import { createRegistry } from "@tallyroom/lib/process/management"
import { createMetrics } from "../../../apps/worker/metrics"
import { Worker } from "../../../apps/worker/worker"
import type { OwnStores } from "../stores/own-stores"
import { waitFor } from "../wait"

/** As many as a worker makes if nobody says otherwise. */
export const SHARDS = 4
export const quiet = createLog("test", process.env.TEST_LOG_LEVEL ?? "silent")

/** A worker in this process, at work. */
export async function startWorker(
  { redis, database, defer }: OwnStores,
  shards = SHARDS,
  inboxUrl = "",
  replicas = 1,
  /** Tests that don't undo a close need not wait for anybody who might. */
  finalAfter = 0,
  /** What Redis keeps of what was counted. */
  retention: Retention | null = null,
  log = quiet,
  /** Where shards are read, if not where they are opened. */
  readingUrl?: string,
) {
  const sql = openDatabase(database.workerUrl, { name: "test-worker", connections: 6 })
  const own = openShards(redis.workerUrl)
  const connect = (shard: number) =>
    readingUrl === undefined ? own.openAnother(shard) : openRedis(readingUrl)
  const broker = openBrokerAdmin(inboxUrl, replicas)
  const worker = new Worker({
    broker,
    ...{ sql, databaseUrl: database.workerUrl, redis: own, openRedis: connect, shards, log },
    labels: { a: "Cats", b: "Dogs" },
    finalAfter,
    retention,
    metrics: createMetrics(createRegistry("test")),
  })
  await worker.start()
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await worker.stop()
    own.disconnect()
    await broker?.close()
    await sql.end({ timeout: 1 })
  }
  defer(stop)
  return {
    worker,
    sql,
    ready: () => waitFor("the worker to be ready", () => Object.keys(worker.readiness()).length === 0),
    stop,
  }
}
