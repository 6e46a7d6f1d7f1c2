/** A Tallyroom whose inbox is spread over a Redis Cluster, with processes of its own, and people who vote in it. */

import { afterAll, beforeAll, expect } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { slotOfShard } from "@tallyroom/lib/inbox/redis/cluster-slot"
import { openShards, type RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import { auditPolls, type PollBooks } from "../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import type { RedisServer } from "../../scripts/services/stores/redis"
import {
  type RedisCluster,
  type RedisClusterOptions,
  startRedisCluster,
} from "../../scripts/services/stores/redis-cluster"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"

export const SHARDS = 6
export const VOTERS = 600
const AT_ONCE = 20
const START_MS = 240_000
/** A replica takes over within some seconds, and a spare one follows it some seconds later. */
const OUTAGE_MS = 90_000

export type ClusterRoom = {
  cluster: RedisCluster
  /** The node that serves a shard now. */
  masterOf(shard: number): Promise<RedisServer>
  /** Any node that serves another shard, and not this one. */
  otherThan(shard: number): Promise<RedisServer>
  /** Opens a poll, has everybody vote in it once, and acts when half of them have: nobody ends without a vote that is taken. */
  flood(poll: string, halfway: () => Promise<unknown>): Promise<void>
  /** The books of a poll, once nothing of it is pending any more. */
  books(poll: string): Promise<PollBooks | undefined>
}

/**
 * Starts a cluster, a worker and a vote process before the tests of this file, and ends them after them.
 * @param options of the cluster; each test file has one
 * @param env settings of vote and worker
 */
export function useClusterRoom(
  options: () => Promise<Omit<RedisClusterOptions, "dir">>,
  env: Record<string, string> = {},
): () => ClusterRoom {
  const stores = useStores()
  const apps: AppProcess[] = []
  let room: ClusterRoom | undefined
  beforeAll(async () => {
    const { database, defer } = stores()
    const dir = mkdtempSync(join(tmpdir(), "tallyroom-cluster-"))
    defer(() => rmSync(dir, { recursive: true, force: true }))
    const cluster = await startRedisCluster({ dir, ...(await options()) })
    defer(() => cluster.stop())
    const sql = openDatabase(database.workerUrl, { name: "test", connections: 2 })
    defer(() => sql.end({ timeout: 1 }))
    const own = { ...stores(), redis: cluster }
    const worker = await startWorkerProcess(own, { INBOX_SHARDS: String(SHARDS), ...env })
    apps.push(worker)
    await worker.app.waitReady()
    const vote = await startVoteProcess(own, env)
    apps.push(vote)
    room = roomOf(cluster, sql, vote.url)
  }, START_MS)
  afterAll(() => {
    for (const { app } of apps) app.kill("SIGKILL")
  })
  return () => {
    if (!room) throw new Error("the cluster is there only while tests run")
    return room
  }
}

function roomOf(cluster: RedisCluster, sql: Database, voteUrl: string): ClusterRoom {
  const masterOf = (shard: number) => cluster.masterOf(slotOfShard(shard))
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
  return {
    cluster,
    masterOf,
    otherThan: async (shard) => {
      const own = await masterOf(shard)
      const other = (await Promise.all(shards.map(masterOf))).find((node) => node !== own)
      if (!other) throw new Error("all shards are at one node")
      return other
    },
    flood: async (poll, halfway) => {
      await openPoll(cluster, sql, poll)
      let taken = 0
      const acting = waitFor("half of the votes", () => taken > VOTERS / 2, OUTAGE_MS).then(halfway)
      await crowd(VOTERS, AT_ONCE, async () => {
        const { status } = await castUntilAnswered([voteUrl], poll, person(), "a", OUTAGE_MS)
        // A ballot of which it was not known whether it was taken gets its first answer again.
        expect([200, 201]).toContain(status)
        taken++
      })
      await acting
    },
    books: async (poll) => {
      const read = () =>
        withInbox(cluster, async (inbox) => (await auditPolls(sql, inbox)).find((it) => it.poll === poll))
      await becomes(async () => (await read().catch(() => null))?.pending, 0)
      return read()
    },
  }
}

async function openPoll(cluster: RedisCluster, sql: Database, id: string): Promise<void> {
  await makePoll(sql, id)
  await withInbox(cluster, async (inbox) => {
    for (let shard = 0; shard < SHARDS; shard++) {
      const found = () => inbox.of(shard).exists(keys.poll(shard, id))
      await waitFor(`shard ${shard}`, async () => (await found().catch(() => 0)) === 1)
    }
  })
}

/** Asks the cluster over connections of its own, each of which stands. */
async function withInbox<T>(cluster: RedisCluster, ask: (inbox: RedisShards) => Promise<T>): Promise<T> {
  const inbox = openShards(cluster.workerUrl)
  try {
    for (let shard = 0; shard < SHARDS; shard++) inbox.of(shard)
    await waitFor("all shards to be reached", () => inbox.isWhole())
    return await ask(inbox)
  } finally {
    inbox.disconnect()
  }
}
