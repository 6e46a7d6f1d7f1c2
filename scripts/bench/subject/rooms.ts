/** Tallyrooms in which many have voted already, each with a Redis, a database, a worker and a vote process of its own; they share Postgres's server. */

import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import type { Redis } from "ioredis"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../services/apps/start-apps"
import { untilInboxOpen } from "../../services/stores/inbox-open"
import { startRedis } from "../../services/stores/redis"
import { waitFor } from "../../services/wait"
import { untilCounted } from "../benchmarks/count"
import { flood } from "../figures/wrk"
import { startReadyWorker } from "./apps"
import {
  type BenchRun,
  type BenchStores,
  connectRedis,
  emptyRedis,
  onFreshDatabase,
  rewriteFile,
} from "./bench-stores"
import { acceptedInTheEnd, NO_LIMIT, usedMemory } from "./inbox"
import { POLL_ID } from "./poll"
import { putOldVotesThere, putVotersThere } from "./voters-there"

const WARM_UP_SECONDS = 2
const STOP_GRACE_MS = 5_000
const MB = 1_048_576
/** Far longer than voters take to come back into Redis. */
const RESTORED_DEADLINE_MS = 60_000
const RESTORED_MS_A_VOTER = 0.1

/** Who has voted in a room: in the poll in which it is voted then, or in others, which are final. */
export type There = { voters: number; polls: "the poll" | "old polls" }

export type Room = {
  there: There
  run: BenchRun
  sql: Database
  worker: AppProcess
  vote: AppProcess
  poll: Poll
  /** Of the table of votes, and of its index, in MB. */
  tableMb: number
  indexMb: number
  /** How long a worker takes from its start until vote may write, with all voters in Redis, in seconds. */
  restartSeconds: number
  /** The same with a Redis that is empty, and what the voters take there then; null where none have to come back. */
  restored: { seconds: number; mb: number } | null
}

/** Opens a room for each, one after the other, has `play` work with all of them, and removes them. */
export async function withRooms<T>(
  benchStores: BenchStores,
  wanted: readonly There[],
  play: (rooms: Room[]) => Promise<T>,
  opened: Room[] = [],
): Promise<T> {
  const there = wanted[opened.length]
  if (there === undefined) return play(opened)
  const redisServer = await startRedis({
    dir: join(benchStores.dir, `redis-${opened.length}`),
    appendfsync: "always",
  })
  const redis = await connectRedis(redisServer.adminUrl)
  try {
    const own = { ...benchStores, redisServer, redis, redisPid: redisServer.pid ?? 0 }
    return await onFreshDatabase(own, async (run) =>
      withRooms(benchStores, wanted, play, [...opened, await openRoom(run, there)]),
    )
  } finally {
    redis.disconnect()
    await redisServer.stop()
  }
}

/** Voters come into Redis as they do after it was wiped: a worker that finds them in Postgres alone restores them. */
async function openRoom(run: BenchRun, there: There): Promise<Room> {
  const { stores, redis } = run
  const sql = openDatabase(stores.database.adminUrl, { name: "bench", connections: 2 })
  stores.defer(() => sql.end({ timeout: 1 }))
  const first = await startReadyWorker(run)
  await first.app.stop(STOP_GRACE_MS)
  await emptyRedis(redis)
  if (there.voters > 0)
    await (there.polls === "the poll" ? putVotersThere : putOldVotesThere)(sql, there.voters)
  const memoryBefore = await usedMemory(redis)
  const emptied = await startUntilOpen(run, there)
  const restored = { seconds: emptied.seconds, mb: ((await usedMemory(redis)) - memoryBefore) / MB }
  await untilFileIsQuiet(redis, there)
  await emptied.worker.app.stop(STOP_GRACE_MS)
  const { worker, seconds: restartSeconds } = await startUntilOpen(run, there)
  const vote = await startVoteProcess(stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
  await flood(vote.url, WARM_UP_SECONDS)
  await untilCounted(sql, (await acceptedInTheEnd(redis)) + votesElsewhere(there))
  worker.app.kill("SIGSTOP")
  return {
    ...{ there, run, sql, worker, vote, poll: await thePoll(sql), restartSeconds },
    ...(await sizesOf(sql)),
    restored: there.voters > 0 && there.polls === "the poll" ? restored : null,
  }
}

/** Votes that the books have and that the inbox knows nothing of. */
function votesElsewhere({ voters, polls }: There): number {
  return polls === "old polls" ? voters : 0
}

async function startUntilOpen(run: BenchRun, { voters }: There) {
  const start = performance.now()
  const worker = await startWorkerProcess(run.stores)
  await worker.app.waitReady(undefined, RESTORED_DEADLINE_MS + voters * RESTORED_MS_A_VOTER)
  await untilInboxOpen(run.stores.redis.workerUrl)
  return { worker, seconds: (performance.now() - start) / 1_000 }
}

async function sizesOf(sql: Database): Promise<{ tableMb: number; indexMb: number }> {
  const [row] = await sql`SELECT pg_table_size('votes') AS table, pg_indexes_size('votes') AS index`
  return { tableMb: Number(row?.table) / MB, indexMb: Number(row?.index) / MB }
}

async function thePoll(sql: Database): Promise<Poll> {
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${POLL_ID}`
  const poll = readPollRow(row)
  if (!poll) throw new Error("a first start made no poll")
  return poll
}

/** Restoring millions of voters has Redis write its file anew by itself, which may be under way. */
async function untilFileIsQuiet(redis: Redis, { voters }: There): Promise<void> {
  const deadlineMs = RESTORED_DEADLINE_MS + voters * RESTORED_MS_A_VOTER
  const isQuiet = async () => (await redis.info("persistence")).includes("aof_rewrite_in_progress:0")
  await waitFor("Redis to have written its file", isQuiet, deadlineMs)
  await rewriteFile(redis, deadlineMs)
}
