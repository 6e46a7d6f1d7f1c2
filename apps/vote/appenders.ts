import { RedisAppender } from "@tallyroom/lib/inbox/append"
import type { Appender } from "@tallyroom/lib/inbox/inbox"
import type { Redis } from "ioredis"

/**
 * The inbox for a number of shards, which is known only once Redis was asked; each shard gets its part of the backlog.
 * @param backlogLimit ballots that may wait over all shards together
 */
export function appenders(redis: Redis, backlogLimit: number): (shards: number) => Appender {
  let made: { shards: number; appender: Appender } | null = null
  return (shards) => {
    if (made?.shards !== shards) {
      made = { shards, appender: new RedisAppender(redis, Math.ceil(backlogLimit / shards)) }
    }
    return made.appender
  }
}
