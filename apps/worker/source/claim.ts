/** What every source begins with: Redis's copies of the polls become those of this instance. */

import { keys } from "@tallyroom/lib/inbox/keys"
import type { Redis } from "ioredis"
import type { SourceParts } from "./source"
import { keepNumbersFree, removeVanished } from "./vanished-polls"

/** This Redis holds the inbox of another database. */
class ForeignInbox extends Error {
  override readonly name = "ForeignInbox"
}

/**
 * Claims the shard in this Redis, reads the polls anew, and takes out those that were deleted, or that Postgres does not know.
 * @throws {ForeignInbox} when the shard is another instance's, which must not be touched
 */
export async function takeOver(
  shard: number,
  { redis, sql, polls, projection, instance, log }: SourceParts,
): Promise<void> {
  projection.forget()
  await claimShard(redis, shard, instance)
  polls.distrust()
  await removeVanished({ redis, sql, polls, log }, shard)
  const reused = polls.reused()
  await keepNumbersFree(sql, reused)
  polls.settleReused(reused)
  await polls.refreshTogether()
  await projection.writeTombstones()
}

async function claimShard(redis: Redis, shard: number, instance: string): Promise<void> {
  if ((await redis.claimShard(keys.instance(shard), instance)) === instance) return
  throw new ForeignInbox(
    "this Redis holds the inbox of another database: connect the database that it belongs to, or empty it (FLUSHALL), which throws away the ballots that wait in it",
  )
}
