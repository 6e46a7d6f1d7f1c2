/** The three inboxes, each with a real server, behind the same handful of handles. */

import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { type InboxKind, openBrokerAdmin, openPublisher } from "@tallyroom/lib/inbox/brokers"
import { type AppendAnswer, type Appender, InboxAway, termsOf } from "@tallyroom/lib/inbox/contract"
import { BALLOT_FIELD, keys } from "@tallyroom/lib/inbox/keys"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { readPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { StreamAppender } from "@tallyroom/lib/inbox/stream/append"
import { readShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { Redis } from "ioredis"
import { descendants, signal } from "../../scripts/services/processes/process-table"
import { startNats } from "../../scripts/services/stores/nats"
import { startRabbitmq } from "../../scripts/services/stores/rabbitmq"
import type { Server } from "../../scripts/services/stores/server"
import { waitFor } from "../../scripts/services/wait"
import type { Stores } from "./stores"

/** What holds the ballots, and can be crashed. `url` is empty where that is the Redis of the stores. */
export type InboxServer = {
  url: string
  kill9(): Promise<void>
  start(): Promise<void>
  /** Comes back without anything that it knew. */
  wipe(): Promise<void>
  /** Crashes, and comes back; `setBack` gives it the data that it had then, as a power cut or a backup might. */
  save(): Promise<void>
  setBack(): Promise<void>
  /** Runs, but says nothing, until it is thawed. */
  freeze(): void
  thaw(): void
}

export const INBOXES: InboxKind[] = ["redis", "nats", "rabbitmq"]

export async function startInbox(kind: InboxKind, { redis, defer }: Stores): Promise<InboxServer> {
  if (kind === "redis")
    return {
      ...crashing(redis, join(redis.dir, "appendonlydir")),
      url: "",
      wipe: () => flush(redis.adminUrl),
    }
  const dir = mkdtempSync(join(tmpdir(), `tallyroom-${kind}-`))
  const broker = await (kind === "nats" ? startNats({ dir }) : startRabbitmq({ dir }))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  defer(() => broker.stop())
  const data = join(dir, kind === "nats" ? "jetstream" : "db")
  const wipe = async () => {
    await broker.kill9()
    rmSync(data, { recursive: true, force: true })
    await broker.start()
  }
  return { ...crashing(broker, data), url: broker.url, wipe }
}

/** @param data the server's folder of data */
function crashing(server: Server, data: string): Omit<InboxServer, "url" | "wipe"> {
  const saved = `${data}.saved`
  const replace = async (from: string, to: string) => {
    await server.kill9()
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true })
    await server.start()
  }
  const tell = (name: NodeJS.Signals) => {
    const { pid = 0 } = server
    for (const each of [pid, ...descendants(pid)]) signal(each, name)
  }
  return {
    kill9: server.kill9,
    start: server.start,
    save: () => replace(data, saved),
    setBack: () => replace(saved, data),
    freeze: () => tell("SIGSTOP"),
    thaw: () => tell("SIGCONT"),
  }
}

async function flush(adminUrl: string): Promise<void> {
  const redis = openRedis(adminUrl)
  await waitFor("Redis to be connected", () => redis.status === "ready")
  await redis.flushall()
  redis.disconnect()
}

export type InboxBooth = {
  redis: Redis
  appender: Appender
  /** Settles when every shard takes ballots; after a broker came back a worker must have looked at each. */
  ready(): Promise<unknown>
  /** One try. */
  cast(poll: string, voter: string, option: string): Promise<AppendAnswer>
  /** Again and again while nobody knows whether it was taken, as every client may. */
  castUntilAnswered(poll: string, voter: string, option: string): Promise<AppendAnswer>
  /** The option for which a voter's vote stands. */
  standing(poll: string, voter: string): Promise<string | null>
}

const GIVE_UP_MS = 50_000

/** Casts as vote does, straight into the inbox, by a poll read anew for each ballot. */
export async function openInboxBooth(
  { redis, defer }: Stores,
  inboxUrl: string,
  shards: number,
  backlogLimit = 1_000_000,
): Promise<InboxBooth> {
  const connection = openRedis(redis.adminUrl)
  const publisher = openPublisher(inboxUrl)
  defer(() => connection.disconnect())
  defer(() => publisher?.close())
  const log = publisher && new StreamAppender(connection, publisher, backlogLimit)
  const appender: Appender = log ?? new RedisAppender(connection, backlogLimit)
  const takesBallots = async () => {
    if (connection.status !== "ready") return false
    for (let shard = 0; log && shard < shards; shard++) await log.prove(shard)
    return true
  }
  const ready = () => waitFor("every shard to take ballots", () => takesBallots().catch(() => false))
  await ready()
  const cast: InboxBooth["cast"] = async (id, voter, option) => {
    const poll = await readPollCopy(connection, id).catch((cause) => {
      throw new InboxAway("Redis did not answer", { cause })
    })
    if (!poll) return { kind: "poll-unknown" }
    return appender.append({
      shard: shardOf(voter, shards),
      pollId: id,
      poll,
      voter,
      option,
      terms: termsOf(poll),
    })
  }
  return {
    redis: connection,
    appender,
    ready,
    cast,
    castUntilAnswered: (...ballot) => untilAnswered(() => cast(...ballot)),
    standing: async (id, voter) => {
      const poll = await readPollCopy(connection, id)
      const stands = poll && (await appender.standing({ shard: shardOf(voter, shards), poll, voter }))
      return stands?.option ?? null
    },
  }
}

async function untilAnswered(tryOnce: () => Promise<AppendAnswer>): Promise<AppendAnswer> {
  const end = performance.now() + GIVE_UP_MS
  for (;;) {
    try {
      return await tryOnce()
    } catch (error) {
      if (!(error instanceof InboxAway) || performance.now() > end) throw error
      await Bun.sleep(20 + Math.random() * 80)
    }
  }
}

/** The broker's side for the worker, for tests that write into it or ask for its books; null where Redis holds the ballots. */
export async function openInboxAdmin({ defer }: Stores, inboxUrl: string) {
  const broker = openBrokerAdmin(inboxUrl, 1)
  defer(() => broker?.close())
  await waitFor("the broker to be connected", () => !broker?.problem())
  return broker
}

/** Writes what no vote app writes into a shard. */
export async function writeGarbage(
  stores: Stores,
  inboxUrl: string,
  booth: InboxBooth,
  shard: number,
  text: string,
) {
  const broker = await openInboxAdmin(stores, inboxUrl)
  if (!broker) return void (await booth.redis.xadd(keys.inbox(shard), "*", BALLOT_FIELD, text))
  const { stream } = await readShardState(booth.redis, shard)
  await broker.append(stream, [{ text }])
}
