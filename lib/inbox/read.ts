/** The worker's side of the inbox on Redis: reading a shard and releasing what was counted. */

import type { Redis } from "ioredis"
import { decodeBallot, formatPosition, nextPosition, type Position, parsePosition } from "../ballots"
import type { Entry, Reader } from "./inbox"
import { BALLOT_FIELD, keys } from "./keys"

/**
 * Reads with one connection and waits with another: a waiting XREAD holds its connection.
 * Several shards may not share one reader while they wait.
 */
export class RedisReader implements Reader {
  constructor(
    private readonly redis: Redis,
    private readonly waitingRedis: Redis,
  ) {}

  async read(shard: number, after: Position, count: number, waitMs: number): Promise<Entry[]> {
    const key = keys.inbox(shard)
    const id = formatPosition(after)
    const reply =
      waitMs > 0
        ? await this.waitingRedis.xread("COUNT", count, "BLOCK", waitMs, "STREAMS", key, id)
        : await this.redis.xread("COUNT", count, "STREAMS", key, id)
    const entries = reply?.[0]?.[1] ?? []
    return entries.map(([position, fields]) => toEntry(position, fields))
  }

  async release(shard: number, upTo: Position): Promise<void> {
    await this.redis.xtrim(keys.inbox(shard), "MINID", formatPosition(nextPosition(upTo)))
  }
}

function toEntry(id: string, fields: string[]): Entry {
  const position = parsePosition(id)
  if (!position) throw new Error(`Redis names an entry ${JSON.stringify(id)}`)
  const wellFormed = fields.length === 2 && fields[0] === BALLOT_FIELD
  const raw = wellFormed ? (fields[1] ?? "") : JSON.stringify(fields)
  return { position, raw, ballot: wellFormed ? decodeBallot(raw) : null }
}
