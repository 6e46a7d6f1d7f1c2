import { ANSWER_TIMEOUT_MS, type Appender } from "@tallyroom/lib/inbox/contract"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import type { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { StreamAppender } from "@tallyroom/lib/inbox/stream/append"
import type { Publisher } from "@tallyroom/lib/inbox/stream/contract"
import type { Redis } from "ioredis"
import type { BallotHealth } from "./ballot-health"

/**
 * The inbox for a number of shards, which Redis tells. Each shard gets its part of the backlog limit.
 * @param publisher of the broker that holds the ballots; null where Redis holds them
 * @param backlogLimit ballots that may wait over all shards together
 * @param changeAfterMs after which a voter may change a vote again
 * @param health notes what becomes of the ballots
 */
export function appenders(
  redis: Redis,
  publisher: Publisher | null,
  backlogLimit: number,
  clock: RedisClock,
  changeAfterMs: number,
  health: BallotHealth,
): (shards: number) => Appender {
  let made: { shards: number; appender: Appender } | null = null
  return (shards) => {
    if (made?.shards !== shards) {
      const limit = Math.ceil(backlogLimit / shards)
      const appender = publisher
        ? new StreamAppender(redis, publisher, limit, clock, changeAfterMs)
        : new RedisAppender(redis, limit, ANSWER_TIMEOUT_MS, clock, changeAfterMs)
      made = { shards, appender: health.watch(appender) }
    }
    return made.appender
  }
}
