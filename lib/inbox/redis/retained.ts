/** What is retained of counted ballots in Redis: how much it takes, how far back it reaches, and how a deleted poll leaves it. */

import type { Redis } from "ioredis"
import { parsePosition } from "../../ballots/ballot"
import { keys } from "../keys"
import type { Retention } from "../retention"
import { readRedisClock } from "./clock"

/** Bytes that a shard's retained ballots take. */
export async function retainedBytes(redis: Redis, shard: number): Promise<number> {
  return (await redis.memory("USAGE", keys.retained(shard))) ?? 0
}

/**
 * Since when a shard retains less than it should: ballots that were accepted before that moment (ms, Redis's clock) left before their
 * age, as room was short. Null while it retains all that it should.
 */
export async function retainedSince(redis: Redis, shard: number): Promise<number | null> {
  return parsePosition((await redis.get(keys.dropped(shard))) ?? "")?.ms ?? null
}

/** By how many ms a shard reaches back less far than it should; 0 while it does. */
export async function retentionMissing(redis: Redis, shard: number, { ageMs }: Retention): Promise<number> {
  const since = await retainedSince(redis, shard)
  return since === null ? 0 : Math.max(0, since - ((await readRedisClock(redis)) - ageMs))
}

/** Removes a deleted poll's ballots, all of which are counted: also those that are about to be retained. */
export async function forgetRetained(redis: Redis, shard: number, poll: number): Promise<void> {
  for (const stream of [keys.inbox(shard), keys.retained(shard)]) {
    let after = "-"
    while (after !== "") after = await redis.forgetRetained(stream, poll, after)
  }
}
