import { ANSWER_TIMEOUT_MS, type Appender } from "@tallyroom/lib/inbox/contract"
import { RedisAppender, ROUNDS_IN_FLIGHT } from "@tallyroom/lib/inbox/redis/append"
import { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { Replicas, ReplicaWaits } from "@tallyroom/lib/inbox/redis/round-wait"
import { appenderTo } from "@tallyroom/lib/inbox/redis/shard-appender"
import type { RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import { StreamAppender } from "@tallyroom/lib/inbox/stream/append"
import type { Publisher } from "@tallyroom/lib/inbox/stream/contract"
import type { Redis } from "ioredis"
import type { BallotHealth } from "./ballot-health"

/** Votes wait for replicas over connections of their own, to the Redis that serves the shard. */
export type VotesWait = ReplicaWaits & { openLane: (shard: number) => Redis }

/**
 * The inbox for a number of shards, which Redis tells. Each shard gets its part of the backlog limit.
 * @param publisher of the broker that holds the ballots; null where Redis holds them
 * @param backlogLimit ballots that may wait over all shards together
 * @param clock of the Redis that has the polls
 * @param changeAfterMs after which a voter may change a vote again
 * @param health notes what becomes of the ballots
 * @param replicas that must have a ballot before it is answered, and what opens one more connection to Redis; null for none
 */
export function appenders(
  redis: RedisShards,
  publisher: Publisher | null,
  backlogLimit: number,
  clock: RedisClock,
  changeAfterMs: number,
  health: BallotHealth,
  replicas: VotesWait | null,
): (shards: number) => Appender {
  const first = redis.of(0)
  const waitsOf = lanesOf(replicas)
  let made: { shards: number; appender: Appender } | null = null
  return (shards) => {
    if (made?.shards !== shards) {
      const limit = Math.ceil(backlogLimit / shards)
      const make = (connection: Redis, shard: number) => {
        const itsClock = connection === first ? clock : new RedisClock(connection)
        const waits = waitsOf(connection, shard)
        return new RedisAppender(connection, limit, ANSWER_TIMEOUT_MS, itsClock, changeAfterMs, waits)
      }
      const appender = publisher
        ? new StreamAppender(first, publisher, limit, clock, changeAfterMs)
        : appenderTo(redis, shards, make)
      made = { shards, appender: health.watch(appender) }
    }
    return made.appender
  }
}

/** The number of shards changes with another Redis alone: what was opened beside a connection serves the next appender over it. */
function lanesOf(replicas: VotesWait | null): (connection: Redis, shard: number) => Replicas | null {
  const opened = new Map<Redis, Replicas>()
  return (connection, shard) => {
    if (replicas === null) return null
    const open = () => ({
      ...replicas,
      lanes: Array.from({ length: ROUNDS_IN_FLIGHT }, () => replicas.openLane(shard)),
    })
    const waits = opened.get(connection) ?? open()
    opened.set(connection, waits)
    return waits
  }
}
