/** The worker's own parts, taken one step at a time, so that a test can stop between any two of them. */

import { START } from "@tallyroom/lib/ballots/ballot"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { RedisReader } from "@tallyroom/lib/inbox/redis/read"
import { SCHEMA } from "@tallyroom/lib/postgres/schema"
import { type Batch, makeBatch } from "../../apps/worker/counting/batch"
import { commitBatch } from "../../apps/worker/counting/commit"
import { ensureShards } from "../../apps/worker/database/first-start"
import { migrate } from "../../apps/worker/database/migrate"
import { PollBook } from "../../apps/worker/polls/poll-book"
import { finalise } from "../../apps/worker/polls/poll-steps"
import { Projection } from "../../apps/worker/polls/projection"
import { inspectShard } from "../../apps/worker/source/redis-inspection"
import { raiseFence } from "../../apps/worker/source/redis-restore"
import { quiet } from "../../scripts/services/apps/worker-in-process"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"

/** The worker that holds all leases. */
export const HOLDER = "00000000-0000-4000-8000-000000000001"

export type WorkerSteps = Awaited<ReturnType<typeof openWorkerSteps>>

/** Prepares empty stores, with every shard's fence lowered and its lease given to HOLDER. */
export async function openWorkerSteps({ redis: server, database, defer }: OwnStores, shards: number) {
  const sql = openDatabase(database.workerUrl, { name: "steps", connections: 2 })
  const redis = openRedis(server.adminUrl)
  defer(() => sql.end({ timeout: 1 }))
  defer(() => redis.disconnect())
  await waitFor("Redis to be connected", () => redis.status === "ready")
  await migrate(sql)
  await ensureShards(sql, shards)
  // A shard goes to nobody but a worker that is listed, with the schema that it knows.
  await sql`INSERT INTO workers (id, schema, seen_at) VALUES (${HOLDER}, ${SCHEMA}, now())`
  await sql`UPDATE shards SET holder = ${HOLDER}`
  await sql`UPDATE room SET final_after = 0`
  const polls = new PollBook(sql, quiet)
  const index = () => ({ shards, default: null, open: polls.all().map(({ id }) => id) })
  const projections = Array.from(
    { length: shards },
    (_, i) => new Projection(redis, sql, polls, i, { holdsBallots: true, index }),
  )
  for (let shard = 0; shard < shards; shard++) {
    const { serving } = await inspectShard(redis, shard)
    await redis.lowerFence(
      keys.fence(shard),
      keys.inbox(shard),
      0,
      0,
      await raiseFence(redis, shard),
      serving,
    )
  }
  const readerOf = (shard: number) => new RedisReader(shard, redis, redis)
  const positionOf = async (shard: number) => {
    const [row] = await sql`SELECT ms, seq FROM shards WHERE shard = ${shard}`
    return row ? { ms: Number(row.ms), seq: Number(row.seq) } : START
  }
  return {
    ...{ sql, redis, polls, positionOf },
    /** Brings the polls of Postgres into every shard. */
    async project() {
      await polls.refresh()
      for (const projection of projections) await projection.write("changed")
    },
    async read(shard: number, size: number): Promise<Batch> {
      const from = await positionOf(shard)
      return makeBatch(from, await readerOf(shard).read(from, size, 0), (number) => polls.get(number))
    },
    commit: (shard: number, batch: Batch) => commit(sql, shard, batch),
    release: async (shard: number) => readerOf(shard).release(await positionOf(shard)),
    finalise: () => finalise(sql),
  }
}

async function commit(sql: Database, shard: number, batch: Batch): Promise<boolean> {
  const accepted = new Map<number, number>()
  const counted = await commitBatch(sql, {
    shard,
    batch,
    worker: HOLDER,
    epoch: 0,
    leaseSeconds: 5,
    accepted,
  })
  return counted.moved
}
