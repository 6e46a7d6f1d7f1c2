/** Makes a shard in Redis fit for accepting ballots again, after Redis was new, wiped, restarted or set back. */

import { comparePositions, type Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import { PositionMoved } from "../counting/counter"
import { type Holding, isRowOf } from "../leases/holding"
import { readStandingVotes } from "./standing-votes"

/** Has Redis accept nothing. @returns a marker, which stands in the fence as long as no other worker opens the shard meanwhile */
export async function raiseFence(redis: Redis, shard: number): Promise<string> {
  const marker = `${RESTORING} ${crypto.randomUUID()}`
  await redis.putValues(1, keys.fence(shard), marker)
  return marker
}

/**
 * Has this Redis process accept ballots, each with an id after `floor`.
 * @param found what the inspection of the shard told
 * @throws when Redis was replaced, or taken up by another worker, since then
 */
export async function lowerFence(
  redis: Redis,
  shard: number,
  floor: Position,
  { fence, serving }: { fence: string; serving: string },
): Promise<void> {
  const place = [keys.fence(shard), keys.inbox(shard)] as const
  const outcome = await redis.lowerFence(...place, floor.ms, floor.seq, fence, serving)
  if (outcome !== "open") throw new Error(`Redis changed while shard ${shard} was being opened`)
}

/**
 * Removes the keys that hold another type than they should: nothing could be read from them or written to them.
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

/** @returns whether the key was there with another type, and was removed */
export async function removeUnless(redis: Redis, key: string, type: "hash" | "stream"): Promise<boolean> {
  const found = await redis.type(key)
  if (found === type || found === "none") return false
  await redis.del(key)
  return true
}

/** Has a stream that an intruder brought to its last possible id give ids again. @returns whether it was so */
export async function dropForged(redis: Redis, shard: number): Promise<boolean> {
  const inbox = keys.inbox(shard)
  return (await redis.type(inbox)) === "stream" && (await redis.dropForged(inbox)) > 0
}

/** Forgets a poll's voters of this shard. @returns false when somebody else has taken up the shard */
export async function forgetVoters(
  redis: Redis,
  shard: number,
  { id }: Poll,
  marker: string,
): Promise<boolean> {
  return (await redis.restoreVoters(keys.voters(shard, id), keys.fence(shard), marker)) !== "fenced"
}

/**
 * Writes a poll's voters of this shard back into Redis: those whose votes Postgres has, and no others.
 * @returns how many; null when somebody else has taken up the shard
 */
export async function restoreVoters(
  redis: Redis,
  sql: Database,
  { shard, poll, marker }: { shard: number; poll: Poll; marker: string },
): Promise<number | null> {
  const place = [keys.voters(shard, poll.id), keys.fence(shard)] as const
  if (!(await forgetVoters(redis, shard, poll, marker))) return null
  let restored = 0
  let isFenced = false
  await readStandingVotes(sql, { poll: poll.number, shard }, async (votes) => {
    const fields = votes.flatMap(({ voter, option, ms, seq }) => [voter, `${option} ${ms}-${seq}`])
    isFenced = (await redis.restoreVoters(...place, marker, ...fields)) === "fenced"
    restored += votes.length
    return !isFenced
  })
  return isFenced ? null : restored
}

/**
 * How far ids may have gone on after the last one that anybody knows, where Redis's clock does not tell, as it was set back: Redis
 * goes on from its last id, which may be gone.
 */
const PERHAPS_GIVEN_MS = 10_000

/**
 * The position from which a restored shard goes on. It lies after everything that was ever accepted, as far as anybody knows:
 * so an older receipt is never taken for pending, no poll's end waits for an entry that went away, and no id is given twice.
 * Postgres remembers it before any ballot gets an id after it.
 * @throws {PositionMoved} when the shard is another worker's by now
 */
export async function chooseFloor(
  redis: Redis,
  sql: Database,
  holding: Holding,
  candidates: Position[],
): Promise<Position> {
  const now = await readRedisClock(redis)
  const { shard } = holding
  const remembered = await sql`
    (SELECT ms, seq FROM closings WHERE shard = ${shard} ORDER BY ms DESC, seq DESC LIMIT 1)
    UNION ALL SELECT opened_ms, 0 FROM shards WHERE shard = ${shard}`
  const known = [...candidates, ...remembered.map(({ ms, seq }) => ({ ms: Number(ms), seq: Number(seq) }))]
  const floor = floorAfter(
    known.reduce((a, b) => (comparePositions(a, b) < 0 ? b : a)),
    now,
  )
  const rows = await sql`
    UPDATE shards SET opened_ms = GREATEST(opened_ms, ${floor.ms}::bigint) WHERE ${isRowOf(sql, holding)} RETURNING shard`
  if (rows.length === 0) throw new PositionMoved()
  return floor
}

function floorAfter(known: Position, now: number): Position {
  if (known.ms > now) return { ms: known.ms + PERHAPS_GIVEN_MS, seq: 0 }
  return known.ms === now ? known : { ms: now, seq: 0 }
}
