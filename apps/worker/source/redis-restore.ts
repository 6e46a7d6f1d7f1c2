/** Makes a shard in Redis fit for accepting ballots again, after Redis was new, wiped, restarted or set back. */

import { comparePositions, type Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import { PositionMoved } from "../counting/counter"
import { type Holding, isRowOf } from "../leases/holding"
import { readStandingVotes, type VoteRow } from "./standing-votes"

/** How many polls are brought to Redis at once: thousands of them must not keep it busy, and one after the other they would take seconds. */
const POLLS_AT_ONCE = 500

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
  for (let from = 0; from < polls.length; from += POLLS_AT_ONCE) {
    const some = polls.slice(from, from + POLLS_AT_ONCE)
    const removed = await Promise.all(
      some.map(async ({ id }) => {
        await removeUnless(redis, keys.poll(shard, id), "hash")
        return removeUnless(redis, keys.voters(shard, id), "hash")
      }),
    )
    without.push(...some.filter((_, i) => removed[i]))
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

/** Forgets the voters that these polls have in this shard. @returns false when somebody else has taken up the shard */
export async function forgetVoters(
  redis: Redis,
  shard: number,
  polls: readonly Poll[],
  marker: string,
): Promise<boolean> {
  for (let from = 0; from < polls.length; from += POLLS_AT_ONCE) {
    const places = polls.slice(from, from + POLLS_AT_ONCE).map(({ id }) => keys.voters(shard, id))
    const outcome = await redis.restoreVoters(1 + places.length, keys.fence(shard), ...places, marker)
    if (outcome === "fenced") return false
  }
  return true
}

/**
 * Writes the voters of these polls back into a shard of Redis: those whose votes Postgres has, and no others.
 * @returns how many; null when somebody else has taken up the shard
 */
export async function restoreVoters(
  redis: Redis,
  sql: Database,
  { shard, polls, marker }: { shard: number; polls: readonly Poll[]; marker: string },
): Promise<number | null> {
  if (!(await forgetVoters(redis, shard, polls, marker))) return null
  const places = new Map(polls.map(({ id, number }) => [number, keys.voters(shard, id)]))
  let restored = 0
  let isFenced = false
  await readStandingVotes(sql, { polls: [...places.keys()], shard }, async (votes) => {
    const lines = linesByPlace(votes, places)
    const outcome = await redis.restoreVoters(
      1 + lines.size,
      keys.fence(shard),
      ...lines.keys(),
      marker,
      ...lines.values(),
    )
    isFenced = outcome === "fenced"
    restored += votes.length
    return !isFenced
  })
  return isFenced ? null : restored
}

/** A line for each voter, by the key of the poll's voters: one long text costs both sides less than thousands of short ones. */
function linesByPlace(votes: readonly VoteRow[], places: ReadonlyMap<number, string>): Map<string, string> {
  const byPoll = new Map<number, string>()
  for (const { poll, voter, option, ms, seq } of votes) {
    byPoll.set(poll, `${byPoll.get(poll) ?? ""}${voter} ${option} ${ms}-${seq}\n`)
  }
  return new Map(
    [...byPoll].flatMap(([poll, lines]) => {
      const place = places.get(poll)
      return place === undefined ? [] : [[place, lines] as const]
    }),
  )
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
