/** The three inboxes, each with a real server, behind the same handful of handles. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { shardOf } from "@tallyroom/lib/ballots"
import { RedisAppender } from "@tallyroom/lib/inbox/append"
import { type InboxKind, openKeeper, openPublisher } from "@tallyroom/lib/inbox/brokers"
import { type Answer, type Appender, InboxAway, termsOf } from "@tallyroom/lib/inbox/inbox"
import { LogAppender } from "@tallyroom/lib/inbox/log/append"
import { readPollCopy } from "@tallyroom/lib/inbox/poll-copies"
import { openRedis } from "@tallyroom/lib/inbox/redis-client"
import type { Redis } from "ioredis"
import { startNats } from "../../scripts/services/nats"
import { startRabbitmq } from "../../scripts/services/rabbitmq"
import { waitFor } from "../../scripts/services/wait"
import type { Stores } from "./stores"

/** What holds the ballots, and can be crashed. `url` is empty where that is the Redis of the stores. */
export type InboxServer = { url: string; kill9(): Promise<void>; start(): Promise<void> }

export const INBOXES: InboxKind[] = ["redis", "nats", "rabbitmq"]

export async function startInbox(kind: InboxKind, { redis, defer }: Stores): Promise<InboxServer> {
  if (kind === "redis") return { url: "", kill9: () => redis.kill9(), start: () => redis.start() }
  const dir = mkdtempSync(join(tmpdir(), `tallyroom-${kind}-`))
  const broker = await (kind === "nats" ? startNats({ dir }) : startRabbitmq({ dir }))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  defer(() => broker.stop())
  return broker
}

export type LogBooth = {
  redis: Redis
  /** One try. */
  cast(poll: string, voter: string, option: string): Promise<Answer>
  /** Again and again while nobody knows whether it was taken, as every client may. */
  castUntilAnswered(poll: string, voter: string, option: string): Promise<Answer>
}

const GIVE_UP_MS = 50_000

/** Casts as vote does, straight into the inbox, by a poll read anew for each ballot. */
export async function openInboxBooth(
  { redis, defer }: Stores,
  inboxUrl: string,
  shards: number,
  backlogLimit = 1_000_000,
): Promise<LogBooth> {
  const connection = openRedis(redis.adminUrl, () => {})
  const publisher = openPublisher(inboxUrl, () => {})
  defer(() => connection.disconnect())
  defer(() => publisher?.close())
  const appender: Appender = publisher
    ? new LogAppender(connection, publisher, backlogLimit)
    : new RedisAppender(connection, backlogLimit)
  await waitFor(
    "the inbox to be connected",
    10_000,
    () => connection.status === "ready" && !publisher?.trouble(),
  )
  const cast: LogBooth["cast"] = async (id, voter, option) => {
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
  return { redis: connection, cast, castUntilAnswered: (...ballot) => untilAnswered(() => cast(...ballot)) }
}

async function untilAnswered(tryOnce: () => Promise<Answer>): Promise<Answer> {
  const end = Date.now() + GIVE_UP_MS
  for (;;) {
    try {
      return await tryOnce()
    } catch (error) {
      if (!(error instanceof InboxAway) || Date.now() > end) throw error
      await Bun.sleep(20 + Math.random() * 80)
    }
  }
}

/** The worker's side of the inbox, for tests that write into it or ask for its books. */
export function openInboxKeeper({ defer }: Stores, inboxUrl: string) {
  const keeper = openKeeper(inboxUrl, 1, () => {})
  defer(() => keeper?.close())
  return keeper
}
