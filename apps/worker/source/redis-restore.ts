/** Opening a shard: making Redis fit for accepting ballots again after it was new, wiped, restarted or set back. */

import { comparePositions, type Position, parsePosition } from "@tallyroom/lib/ballots/ballot"
import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"
import type { Batch } from "../counting/batch"
import { type Holding, isHolding } from "../leases/holding"

const VOTERS_A_STEP = 5_000

export type ShardInspection = { serving: string; fence: string; last: Position }

/** How a shard looks: which Redis process serves it, for which its fence was opened, and its last id. */
export async function inspectShard(redis: Redis, shard: number): Promise<ShardInspection> {
  const [serving, fence, last] = await redis.inspectShard(keys.fence(shard), keys.inbox(shard))
  const position = parsePosition(last)
  if (!position) throw new Error(`Redis names a last entry ${JSON.stringify(last)}`)
  return { serving, fence, last: position }
}

/** Closes a shard, for whoever else is opening it too. The marker tells at the end that nobody came between. */
export async function raiseFence(redis: Redis, shard: number): Promise<string> {
  const marker = `${RESTORING} ${crypto.randomUUID()}`
  await redis.set(keys.fence(shard), marker)
  return marker
}

/**
 * Removes the keys that hold something else than they should, which nothing could be read from or written to.
 * @returns the polls whose voters went with them
 */
export async function removeGarbage(redis: Redis, shard: number, polls: Poll[]): Promise<Poll[]> {
  await removeUnless(redis, keys.inbox(shard), "stream")
  const without: Poll[] = []
  for (const poll of polls) {
    await removeUnless(redis, keys.poll(shard, poll.id), "hash")
    if (await removeUnless(redis, keys.voters(shard, poll.id), "hash")) without.push(poll)
  }
  return without
}

/** @returns whether the key was there as something else, and went */
async function removeUnless(redis: Redis, key: string, type: "hash" | "stream"): Promise<boolean> {
  const found = await redis.type(key)
  if (found === type || found === "none") return false
  await redis.del(key)
  return true
}

/** The acceptance counters of this Redis, by poll number; -1 where it has garbage. */
export async function readCounters(redis: Redis, shard: number, polls: Poll[]): Promise<Map<number, number>> {
  const counters = new Map<number, number>()
  for (const poll of polls) {
    const text = await redis.hget(keys.poll(shard, poll.id), "accepted").catch(garbageIfWrongType)
    counters.set(poll.number, /^\d+$/.test(text ?? "0") ? Number(text) : -1)
  }
  return counters
}

/** The acceptance counters of a batch's polls, read after its entries, so that they count at least those. */
export async function acceptedIn(
  redis: Redis,
  shard: number,
  polls: Batch["polls"],
): Promise<Map<number, number>> {
  const named = [...polls]
  const counters = await Promise.all(named.map(([, { id }]) => redis.hget(keys.poll(shard, id), "accepted")))
  return new Map(named.map(([number], i) => [number, Math.trunc(Number(counters[i])) || 0]))
}

function garbageIfWrongType(error: Error): string {
  if (error.message.startsWith("WRONGTYPE")) return "garbage"
  throw error
}

/** The polls of which this Redis counts fewer acceptances than Postgres knows of. */
export async function pollsBehind(
  sql: Database,
  shard: number,
  polls: Poll[],
  counters: Map<number, number>,
): Promise<Poll[]> {
  const rows = await sql`SELECT poll, accepted FROM books WHERE shard = ${shard}`
  const known = new Map(rows.map((row) => [Number(row.poll), Number(row.accepted)]))
  return polls.filter((poll) => (counters.get(poll.number) ?? -1) < (known.get(poll.number) ?? 0))
}

/** Writes this Redis's acceptance counters into the books, where they are greater. */
export async function recordAccepted(
  sql: Database,
  holding: Holding,
  counters: Map<number, number>,
): Promise<void> {
  const some = [...counters].filter(([, accepted]) => accepted > 0)
  const numbers = numberArray(some.map(([poll]) => poll))
  const accepted = numberArray(some.map(([, n]) => n))
  await sql`
    INSERT INTO books (poll, shard, accepted)
    SELECT poll, ${holding.shard}::smallint, accepted
    FROM unnest(${numbers}::integer[], ${accepted}::bigint[]) AS c(poll, accepted)
    WHERE ${isHolding(sql, holding)}
    ON CONFLICT (poll, shard) DO UPDATE SET accepted = GREATEST(books.accepted, excluded.accepted)`
}

/**
 * Writes into the books what went away with a Redis: acceptances that it had told of, and that never came. Everything
 * that is left in its stream must have been counted before. Where its counter went away between a batch and the look at it,
 * what was counted tells what was accepted. Doing it again changes nothing.
 */
export async function bookLosses(sql: Database, holding: Holding): Promise<{ poll: number; lost: number }[]> {
  const rows = await sql`
    UPDATE books SET
      lost = GREATEST(lost, accepted - explained),
      accepted = GREATEST(accepted, explained + lost),
      version = version + 1
    FROM (
      SELECT poll AS of_poll, counted + replaced + late + set_aside AS explained
      FROM books WHERE shard = ${holding.shard}
    ) AS known
    WHERE shard = ${holding.shard} AND poll = of_poll AND accepted <> explained + lost AND ${isHolding(sql, holding)}
    RETURNING poll, lost`
  return rows.map((row) => ({ poll: Number(row.poll), lost: Number(row.lost) }))
}

/**
 * Writes a poll's voters of this shard back into Redis, from the votes that Postgres has, and no others.
 * @returns how many; null when somebody else has taken up the shard
 */
export async function restoreVoters(
  redis: Redis,
  sql: Database,
  { shard, poll, marker }: { shard: number; poll: Poll; marker: string },
): Promise<number | null> {
  const place = [keys.voters(shard, poll.id), keys.fence(shard)] as const
  if ((await redis.restoreVoters(...place, marker)) === "fenced") return null
  let restored = 0
  const rows = sql`SELECT voter, option, ms, seq FROM votes WHERE poll = ${poll.number} AND shard = ${shard}`
  for await (const step of rows.cursor(VOTERS_A_STEP)) {
    const fields = step.flatMap((row) => [
      voterOfUuid(String(row.voter)),
      `${row.option} ${row.ms}-${row.seq}`,
    ])
    if (fields.length > 0 && (await redis.restoreVoters(...place, marker, ...fields)) === "fenced")
      return null
    restored += step.length
  }
  return restored
}

/**
 * The position from which a reopened shard goes on: after everything that was ever accepted, as far as anybody knows, so
 * that a receipt of before is never taken for pending and no closing waits for an entry that went away.
 */
export async function chooseFloor(
  redis: Redis,
  sql: Database,
  shard: number,
  candidates: Position[],
): Promise<Position> {
  const now = { ms: await readRedisClock(redis), seq: 0 }
  const closings = await sql`
    SELECT ms, seq FROM closings WHERE shard = ${shard} ORDER BY ms DESC, seq DESC LIMIT 1`
  const closing = closings.map((row) => ({ ms: Number(row.ms), seq: Number(row.seq) }))
  return [...candidates, ...closing, now].reduce((a, b) => (comparePositions(a, b) < 0 ? b : a))
}
