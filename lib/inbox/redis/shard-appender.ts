/** Each ballot goes to the Redis that serves its shard, with the ballots of one moment that go there too. */

import type { Redis } from "ioredis"
import { type AppendAnswer, type Appender, InboxAway, type NewBallotWithPoll } from "../contract"
import type { RedisShards } from "./shards"

/**
 * One appender where one Redis serves all shards; in a cluster one for each shard, so that a master that is away or slow holds up no
 * ballots but those of its own shards.
 * @param make an appender over this connection, for this shard and whichever others it serves
 */
export function appenderTo(
  redis: RedisShards,
  shards: number,
  make: (connection: Redis, shard: number) => Appender,
): Appender {
  const made = new Map<Redis, Appender>()
  const ofShards = Array.from({ length: shards }, (_, shard) => {
    const connection = redis.of(shard)
    const appender = made.get(connection) ?? make(connection, shard)
    made.set(connection, appender)
    return appender
  })
  const [first] = ofShards
  return first && made.size === 1 ? first : byShard(ofShards)
}

function byShard(appenders: readonly Appender[]): Appender {
  const at = (shard: number): Appender => {
    const appender = appenders[shard]
    if (!appender) throw new InboxAway(`there is no shard ${shard}`)
    return appender
  }
  return {
    append: async (ballot: NewBallotWithPoll): Promise<AppendAnswer> => at(ballot.shard).append(ballot),
    standing: async (place) => at(place.shard).standing(place),
  }
}
