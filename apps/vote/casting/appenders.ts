import { ANSWER_TIMEOUT_MS, type Appender } from "@tallyroom/lib/inbox/contract"
import { RedisAppender, ROUNDS_IN_FLIGHT } from "@tallyroom/lib/inbox/redis/append"
import type { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { ReplicaWaits } from "@tallyroom/lib/inbox/redis/round-wait"
import { StreamAppender } from "@tallyroom/lib/inbox/stream/append"
import type { Publisher } from "@tallyroom/lib/inbox/stream/contract"
import type { Redis } from "ioredis"
import type { BallotHealth } from "./ballot-health"

/** Votes wait for replicas over connections of their own. */
export type VotesWait = ReplicaWaits & { openLane: () => Redis }

/**
 * The inbox for a number of shards, which Redis tells. Each shard gets its part of the backlog limit.
 * @param publisher of the broker that holds the ballots; null where Redis holds them
 * @param backlogLimit ballots that may wait over all shards together
 * @param changeAfterMs after which a voter may change a vote again
 * @param health notes what becomes of the ballots
 * @param replicas that must have a ballot before it is answered, and what opens one more connection to Redis; null for none
 */
export function appenders(
  redis: Redis,
  publisher: Publisher | null,
  backlogLimit: number,
  clock: RedisClock,
  changeAfterMs: number,
  health: BallotHealth,
  replicas: VotesWait | null,
): (shards: number) => Appender {
  // The number of shards changes with another Redis alone: what was opened for it may serve the next.
  const lanes = replicas ? Array.from({ length: ROUNDS_IN_FLIGHT }, replicas.openLane) : []
  const waits = replicas && { ...replicas, lanes }
  let made: { shards: number; appender: Appender } | null = null
  return (shards) => {
    if (made?.shards !== shards) {
      const limit = Math.ceil(backlogLimit / shards)
      const appender = publisher
        ? new StreamAppender(redis, publisher, limit, clock, changeAfterMs)
        : new RedisAppender(redis, limit, ANSWER_TIMEOUT_MS, clock, changeAfterMs, waits)
      made = { shards, appender: health.watch(appender) }
    }
    return made.appender
  }
}
