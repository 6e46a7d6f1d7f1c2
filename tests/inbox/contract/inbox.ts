/** The inbox that a contract is asked of, with a worker that counts its ballots, and what tests read of both. */

import { beforeAll } from "bun:test"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import type { AppendAnswer } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { receiptStatus } from "../../../apps/result/receipt/receipt-status"
import { auditPolls } from "../../../apps/worker/audit/audit"
import { type InboxBooth, openInboxBooth } from "../../../scripts/services/apps/inbox-booth"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { type InboxServer, startInboxServer } from "../../../scripts/services/stores/inbox-server"
import type { OwnStores } from "../../../scripts/services/stores/own-stores"
import type { RedisServer } from "../../../scripts/services/stores/redis"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../harness/becomes"
import { openInboxAdmin } from "../../harness/inbox-admin"
import { useStores } from "../../harness/stores"
import { makePoll } from "../../harness/tallyroom"
import { startTcpProxy, type TcpProxy } from "../../harness/tcp-proxy"

export const SHARDS = 2
/** Stores, broker and worker may take a while on a busy machine. */
export const START_MS = 120_000

/** What a broker can do less. */
export const promises: Record<InboxKind, { refusesSecondVotes: boolean }> = {
  redis: { refusesSecondVotes: true },
  nats: { refusesSecondVotes: true },
  rabbitmq: { refusesSecondVotes: false },
}

type RunningWorker = Awaited<ReturnType<typeof startWorker>>

/** Starts a Redis whose data is in this folder. */
export type StartRedis = (dir: string) => Promise<RedisServer>

export type InboxContext = Reads & {
  stores: OwnStores
  server: InboxServer
  /** The workers' way to Redis; none into a cluster, whose nodes tell their own addresses. */
  link: TcpProxy | null
  booth: InboxBooth
  sql: Database
  /** The one that counts. A test that stops it puts another one here. */
  worker: RunningWorker
  startLinkedWorker: () => Promise<RunningWorker>
  /** Whether a second vote is refused at once, and not by the counting. */
  refusesSecondVotes: boolean
  /** The kind of the answer to a ballot that was taken. */
  accepted: "accepted" | "received"
}

type Reads = ReturnType<typeof readsOf>

/**
 * Starts the inbox before the tests and ends it after them.
 * @param redis starts another Redis than the machine's
 * @returns a function that gives it, once the tests run
 */
export function useInbox(kind: InboxKind, redis?: StartRedis): () => InboxContext {
  const stores = useStores(redis && { redis })
  let context: InboxContext | undefined
  beforeAll(async () => {
    context = await startInbox(kind, stores())
  }, START_MS)
  return () => {
    if (!context) throw new Error("the inbox is there only while tests run")
    return context
  }
}

async function startInbox(kind: InboxKind, stores: OwnStores): Promise<InboxContext> {
  const server = await startInboxServer(kind, stores)
  const link = stores.redis.nodes ? null : await startTcpProxy(stores, stores.redis.workerUrl)
  const startLinkedWorker = async () => {
    const workerUrl = link?.urlOf(stores.redis.workerUrl) ?? stores.redis.workerUrl
    const redis = { ...stores.redis, workerUrl }
    const started = await startWorker({ ...stores, redis }, SHARDS, server.url)
    await started.ready()
    return started
  }
  const worker = await startLinkedWorker()
  const sql = openDatabase(stores.database.workerUrl, { name: "test", connections: 2 })
  stores.defer(() => sql.end({ timeout: 1 }))
  const booth = await openInboxBooth(stores, server.url, SHARDS)
  const { refusesSecondVotes } = promises[kind]
  return {
    ...{ stores, server, link, booth, sql, worker, startLinkedWorker, refusesSecondVotes },
    accepted: refusesSecondVotes ? "accepted" : "received",
    ...readsOf(stores, server, sql, booth),
  }
}

/** Opens polls, and reads what became of them. */
function readsOf(stores: OwnStores, server: InboxServer, sql: Database, booth: InboxBooth) {
  const stateIn = async (id: string) => {
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard)
    const states = await Promise.all(
      shards.map((shard) => booth.shards.of(shard).hget(keys.poll(shard, id), "state")),
    )
    return new Set(states).size === 1 ? states[0] : "changing"
  }
  const tally = async (id: string) => {
    const rows =
      await sql`SELECT option, sum(votes)::integer AS votes FROM tallies JOIN polls ON number = poll
      WHERE polls.id = ${id} GROUP BY option HAVING sum(votes) > 0 ORDER BY option`
    return Object.fromEntries(rows.map(({ option, votes }) => [option, votes]))
  }
  return {
    open: async (id: string, poll: Parameters<typeof makePoll>[2] = {}) => {
      await makePoll(sql, id, poll)
      await waitFor(`the poll ${id} to be open`, async () => (await stateIn(id)) === "open")
    },
    /** The state of a poll at the inbox, if it is the same in every shard. */
    stateIn,
    /** The votes of each option that has any. */
    tally,
    untilCounted: (id: string, votes: Record<string, number>) => becomes(() => tally(id), votes),
    /** What the receipt of an answer says. */
    statusOf: async (id: string, name: string, answer: AppendAnswer) => {
      const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls WHERE id = ${id}`
      const poll = readPollRow(row ?? {})
      if (!poll || !("position" in answer)) throw new Error(`there is no receipt for ${answer.kind}`)
      const receipt = { shard: shardOf(name, SHARDS), position: answer.position, voter: name }
      return (await receiptStatus(sql, poll, writeReceipt(poll.salt, receipt))).status
    },
    booksOf: async (id: string) => {
      const all = await auditPolls(sql, (await openInboxAdmin(stores, server.url)) ?? booth.shards)
      return all.find(({ poll }) => poll === id)
    },
  }
}
