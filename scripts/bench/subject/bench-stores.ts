/** The stores of the benchmarks: one Redis and one Postgres for all of them, and a new database for each run. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import type { Redis } from "ioredis"
import postgres from "postgres"
import type { OwnStores } from "../../services/stores/own-stores"
import { type Postgres, startPostgres } from "../../services/stores/postgres"
import { type RedisServer, startRedis } from "../../services/stores/redis"
import { waitFor } from "../../services/wait"

export type BenchStores = {
  dir: string
  redisServer: RedisServer
  postgres: Postgres
  /** Connected as an administrator. */
  redis: Redis
  redisPid: number
  postgresPid: number
}

/** The stores, with a database for one benchmark or one round. */
export type BenchRun = BenchStores & { stores: OwnStores }

const CONNECT_DEADLINE_MS = 10_000
let databases = 0

/** Starts both stores with their data in a directory that is removed when this process exits. */
export async function startBenchStores(): Promise<BenchStores> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-bench-"))
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }))
  const [server, redisServer] = await Promise.all([
    startPostgres({ dir: join(dir, "postgres") }),
    startRedis({ dir: join(dir, "redis"), appendfsync: "always" }),
  ])
  const redis = await connectRedis(redisServer.adminUrl)
  const pids = { redisPid: redisServer.pid ?? 0, postgresPid: server.pid ?? 0 }
  return { dir, redisServer, postgres: server, redis, ...pids }
}

export async function connectRedis(url: string): Promise<Redis> {
  const redis = openRedis(url)
  await waitFor("Redis to be connected", () => redis.status === "ready", CONNECT_DEADLINE_MS)
  return redis
}

/** Empties Redis, opens a new database, and removes both, with all that was started on them, once `play` has ended. */
export async function onFreshDatabase<T>(
  benchStores: BenchStores,
  play: (run: BenchRun) => Promise<T>,
): Promise<T> {
  const deferred: (() => unknown)[] = []
  const name = `bench_${++databases}`
  await emptyRedis(benchStores.redis)
  const stores: OwnStores = {
    redis: benchStores.redisServer,
    postgres: benchStores.postgres,
    database: await benchStores.postgres.database(name),
    defer: (cleanUp) => void deferred.unshift(cleanUp),
  }
  try {
    return await play({ ...benchStores, stores })
  } finally {
    for (const cleanUp of deferred) await cleanUp()
    await dropDatabase(benchStores.postgres.adminUrl, name)
  }
}

/** Forgets everything, also in the append-only file, so that no round pays for the one before. */
export async function emptyRedis(redis: Redis): Promise<void> {
  await redis.flushall()
  await rewriteFile(redis)
}

/** Has Redis write its append-only file anew, so that it does not while something is measured. */
export async function rewriteFile(redis: Redis, deadlineMs = CONNECT_DEADLINE_MS): Promise<void> {
  await redis.bgrewriteaof()
  await waitFor(
    "Redis to have rewritten its file",
    async () => {
      const info = await redis.info("persistence")
      return info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrite_scheduled:0")
    },
    deadlineMs,
  )
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
