/** What a worker learns of a shard in Redis: whether it still has what Postgres knows of it. */

import { type Position, parsePosition } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import type { Batch } from "../counting/batch"

export type ShardInspection = {
  /** The Redis process that serves the shard now. */
  serving: string
  /** The process for which the fence was last lowered, or the marker of a worker that restores the shard. */
  fence: string
  /** The last id that the inbox has ever given. */
  last: Position
}

export async function inspectShard(redis: Redis, shard: number): Promise<ShardInspection> {
  const [serving, fence, last] = await redis.inspectShard(keys.fence(shard), keys.inbox(shard))
  const position = parsePosition(last)
  if (!position) throw new Error(`Redis names a last entry ${JSON.stringify(last)}`)
  return { serving, fence, last: position }
}

/** How many counters are asked for together: one after the other, those of thousands of posts would take seconds. */
const COUNTERS_AT_ONCE = 500

/** The acceptance counters of this Redis, by poll number; -1 where a counter is garbage, 0 where there is none of this poll. */
export async function readCounters(redis: Redis, shard: number, polls: Poll[]): Promise<Map<number, number>> {
  const counters = new Map<number, number>()
  for (let from = 0; from < polls.length; from += COUNTERS_AT_ONCE) {
    const some = polls.slice(from, from + COUNTERS_AT_ONCE)
    const read = await Promise.all(some.map((poll) => readCounter(redis, shard, poll)))
    some.forEach(({ number }, i) => {
      counters.set(number, read[i] ?? 0)
    })
  }
  return counters
}

/** As in acceptance.lua. */
const MOST_TAKEN_OVER = 2 ** 52

/** An acceptance count; null where it is garbage. */
function acceptance(text: string): number | null {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return count <= MOST_TAKEN_OVER ? count : null
}

/** What stands under the poll's id may still be a deleted poll that had the same. */
async function readCounter(redis: Redis, shard: number, { id, number }: Poll): Promise<number> {
  const fields = redis.hmget(keys.poll(shard, id), "number", "accepted")
  const [stored, text] = await fields.catch((error: Error) => [String(number), garbageIfWrongType(error)])
  if (stored !== String(number)) return 0
  return acceptance(text ?? "0") ?? -1
}

function garbageIfWrongType(error: Error): string {
  if (error.message.startsWith("WRONGTYPE")) return "garbage"
  throw error
}

/** The acceptance counters of a batch's polls, read after its entries, so that they count at least those. */
export async function acceptedIn(
  redis: Redis,
  shard: number,
  polls: Batch["polls"],
): Promise<Map<number, number>> {
  const named = [...polls]
  const counters = await Promise.all(named.map(([, { id }]) => redis.hget(keys.poll(shard, id), "accepted")))
  return new Map(named.map(([number], i) => [number, acceptance(counters[i] ?? "0") ?? 0]))
}

/** The polls of which this Redis counts fewer acceptances than Postgres knows of, by the books or by what was seen. */
export async function pollsBehind(
  sql: Database,
  shard: number,
  polls: Poll[],
  counters: Map<number, number>,
): Promise<Poll[]> {
  const rows = await sql`
    SELECT poll, max(accepted) AS accepted FROM (
      SELECT poll, accepted FROM books WHERE shard = ${shard}
      UNION ALL SELECT poll, accepted FROM acceptances WHERE shard = ${shard}) AS known GROUP BY poll`
  const known = new Map(rows.map((row) => [Number(row.poll), Number(row.accepted)]))
  return polls.filter((poll) => (counters.get(poll.number) ?? -1) < (known.get(poll.number) ?? 0))
}
