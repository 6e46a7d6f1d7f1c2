/** What it costs to keep counted ballots in Redis (INBOX_RETENTION): one worker counts with it, and without. */

import { openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import type { Redis } from "ioredis"
import { cpuDuring } from "../../services/processes/cpu"
import { waitFor } from "../../services/wait"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, figures, type Legend } from "../figures/rounds"
import { startReadyWorker } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { backlog, fillInbox } from "../subject/inbox"
import { DEFAULT_SHARDS } from "../subject/poll"
import { untilCounted } from "./count"
import type { Plan } from "./plan"

/** More than all ballots take: none leaves before its time. */
const RETENTION = "1h,1GB"
/** A worker that has just started is slower. */
const WARM_UP_BALLOTS = 20_000
const DEADLINE_MS = 60_000

const LEGEND = {
  off: { name: "counted and released, off", unit: "votes/s" },
  on: { name: "counted and retained, on", unit: "votes/s" },
  ratio: { name: "on to off", unit: "" },
  offWorker: { name: "CPU of a million votes, worker, off", unit: "s" },
  onWorker: { name: "the same, on", unit: "s" },
  offRedis: { name: "CPU of a million votes, Redis, off", unit: "s" },
  onRedis: { name: "the same, on", unit: "s" },
  bytes: { name: "Redis, a retained ballot", unit: "bytes" },
} satisfies Legend<string>

export async function benchRetention(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const side = (env: Record<string, string>) =>
    onFreshDatabase(benchStores, (run) => countWaiting(run, plan.countBallots, env))
  const rounds = await measureRounds(plan.rounds, LEGEND, say, async (i) => {
    const [off, on] = await alternating(
      i,
      () => side({}),
      () => side({ INBOX_RETENTION: RETENTION }),
    )
    return {
      ...{ off: off.rate, on: on.rate, ratio: on.rate / off.rate, bytes: on.bytes },
      ...{ offWorker: off.worker, onWorker: on.worker, offRedis: off.redis, onRedis: on.redis },
      ...{ keptOff: off.kept, keptOn: on.kept },
    }
  })
  const all = plan.countBallots + WARM_UP_BALLOTS
  return {
    name: "retention",
    about: `${plan.countBallots} ballots wait in ${DEFAULT_SHARDS} shards when the worker begins; until all are counted and have left the inbox, with INBOX_RETENTION=${RETENTION} and off`,
    figures: figures(LEGEND, rounds),
    checks: [
      {
        name: "all are retained, or none",
        holds: rounds.every(({ keptOff, keptOn }) => keptOff === 0 && keptOn === all),
        seen: `retained: ${rounds.map(({ keptOff, keptOn }) => `${keptOff} and ${keptOn}`).join(", ")}`,
      },
    ],
  }
}

async function countWaiting(run: BenchRun, ballots: number, env: Record<string, string>) {
  const redis = await ownConnection(run)
  const { app } = await startReadyWorker(run, env)
  const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 1 })
  run.stores.defer(() => sql.end({ timeout: 1 }))
  const untilReleased = async (counted: number) => {
    await untilCounted(sql, counted)
    await waitFor("the inbox to be empty", async () => (await backlog(redis)) === 0, DEADLINE_MS)
  }
  await fillInbox(redis, WARM_UP_BALLOTS)
  await untilReleased(WARM_UP_BALLOTS)
  app.kill("SIGSTOP")
  await fillInbox(redis, ballots)
  await sql`CHECKPOINT`
  const { result: seconds, cpu } = await cpuDuring({ worker: app.pid, redis: run.redisPid }, async () => {
    const start = performance.now()
    app.kill("SIGCONT")
    await untilReleased(WARM_UP_BALLOTS + ballots)
    return (performance.now() - start) / 1_000
  })
  const kept = await retained((key) => redis.xlen(key))
  const bytes = (await retained(async (key) => (await redis.memory("USAGE", key)) ?? 0)) / kept
  const million = 1e6 / ballots
  const used = { worker: cpu.worker * million, redis: cpu.redis * million }
  return { rate: ballots / seconds, ...used, kept, bytes }
}

/** One that goes with this side, and with it whoever fills the inbox by it. */
async function ownConnection({ stores }: BenchRun): Promise<Redis> {
  const redis = openRedis(stores.redis.adminUrl)
  stores.defer(() => redis.disconnect())
  await waitFor("Redis to be connected", () => redis.status === "ready", DEADLINE_MS)
  return redis
}

/** Of what is retained in all shards together. */
async function retained(of: (key: string) => Promise<number>): Promise<number> {
  const shards = Array.from({ length: DEFAULT_SHARDS }, (_, shard) => of(keys.retained(shard)))
  return (await Promise.all(shards)).reduce((sum, n) => sum + n, 0)
}
