/** Casts ballots as the vote app does, without one: straight into the inbox, whatever holds the ballots. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import { openPublisher } from "@tallyroom/lib/inbox/brokers"
import {
  type AppendAnswer,
  type Appender,
  asInboxAway,
  InboxAway,
  termsOf,
} from "@tallyroom/lib/inbox/contract"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import { findPollCopy, findVerifiedPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { appenderTo } from "@tallyroom/lib/inbox/redis/shard-appender"
import { openShards, type RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import { StreamAppender } from "@tallyroom/lib/inbox/stream/append"
import type { Redis } from "ioredis"
import type { OwnStores } from "../stores/own-stores"
import { waitFor } from "../wait"

export type InboxBooth = {
  /** The Redis that has the polls, and shard 0. */
  redis: Redis
  shards: RedisShards
  appender: Appender
  /** Settles when every shard takes ballots; after a broker came back a worker must have looked at each. */
  ready(): Promise<unknown>
  /** Tries once. @param replaces the vote that it is to replace, as in a ballot; @param owner as in a ballot */
  cast(
    poll: string,
    voter: string,
    option: string,
    replaces?: Position | null,
    owner?: string,
  ): Promise<AppendAnswer>
  /** Tries again while it is unknown whether the ballot was accepted, as every client may. */
  castUntilAnswered(...ballot: Parameters<InboxBooth["cast"]>): Promise<AppendAnswer>
  /** The option for which a voter's vote stands. */
  standing(poll: string, voter: string): Promise<string | null>
}

const GIVE_UP_MS = 50_000

/** Opens connections to an inbox. Each ballot is cast by a copy of the poll that is read anew. */
export async function openInboxBooth(
  { redis, defer }: OwnStores,
  inboxUrl: string,
  shards: number,
  backlogLimit = 1_000_000,
  changeAfterMs = 0,
): Promise<InboxBooth> {
  const inbox = openShards(redis.adminUrl)
  const connection = inbox.of(0)
  const publisher = openPublisher(inboxUrl)
  defer(() => inbox.disconnect())
  defer(() => publisher?.close())
  const log = publisher && new StreamAppender(connection, publisher, backlogLimit, undefined, changeAfterMs)
  const appender: Appender =
    log ??
    appenderTo(
      inbox,
      shards,
      (one) => new RedisAppender(one, backlogLimit, undefined, undefined, changeAfterMs),
    )
  /** As vote reads it. */
  const read = (id: string) =>
    publisher ? findVerifiedPollCopy(connection, id).then(({ poll }) => poll) : findPollCopy(connection, id)
  const takesBallots = async () => {
    if (!inbox.isWhole()) return false
    for (let shard = 0; log && shard < shards; shard++) await log.requireWritable(shard)
    return true
  }
  const ready = () => waitFor("every shard to take ballots", () => takesBallots().catch(() => false))
  await ready()
  const cast: InboxBooth["cast"] = async (id, voter, option, replaces, owner) => {
    const pollAskedAt = elapsedNow()
    const poll = await read(id).catch((error) => {
      throw asInboxAway("Redis", error)
    })
    if (poll === null || poll === "deleted") return { kind: "poll-unknown" }
    return appender.append({
      shard: shardOf(voter, shards),
      pollId: id,
      poll,
      pollAskedAt,
      voter,
      option,
      terms: termsOf(poll),
      replaces,
      owner,
    })
  }
  return {
    redis: connection,
    shards: inbox,
    appender,
    ready,
    cast,
    castUntilAnswered: (...ballot) => untilAnswered(() => cast(...ballot)),
    standing: async (id, voter) => {
      const poll = await read(id)
      const stands =
        poll !== null &&
        poll !== "deleted" &&
        (await appender.standing({ shard: shardOf(voter, shards), poll, voter }))
      return stands ? stands.option : null
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
