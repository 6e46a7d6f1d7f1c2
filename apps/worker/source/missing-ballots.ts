/** Ballots that vote was told to be accepted, by a Redis that came back without them, or whose place another took. */

import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import { removeUnless } from "./redis-restore"

/**
 * Adds what is missing to the acceptance counters of this Redis, so that it is accepted and never counted: lost, as the books
 * call it. Doing it again adds nothing.
 * @returns the polls of which some are missing, until `forgetMissing`
 */
export async function addMissing(redis: Redis, shard: number, polls: Poll[]): Promise<Poll[]> {
  await removeUnless(redis, keys.missing(shard), "hash")
  const numbers = new Set(await redis.hkeys(keys.missing(shard)))
  const short = polls.filter(({ number }) => numbers.delete(String(number)))
  for (const { id, number } of short) {
    await removeUnless(redis, keys.poll(shard, id), "hash")
    await redis.addMissing(keys.missing(shard), keys.poll(shard, id), number)
  }
  // Of polls that are gone.
  if (numbers.size > 0) await redis.hdel(keys.missing(shard), ...numbers)
  return short
}

/** To be called once the books have it. */
export async function forgetMissing(redis: Redis, shard: number, polls: Poll[]): Promise<void> {
  for (const { number } of polls) await redis.forgetMissing(keys.missing(shard), number)
}
