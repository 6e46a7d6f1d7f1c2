/** Where a shard's log is and how much waits in it, as the worker tells vote through Redis. */

import type { Redis } from "ioredis"
import { z } from "zod"
import { InboxAway } from "../contract"
import { keys } from "../keys"

const stateSchema = z.object({
  /** Name of the shard's log at the broker. */
  log: z.string().regex(/^[a-z0-9-]{1,100}$/),
  /** Entries that waited when this was written. */
  waiting: z.int().nonnegative(),
  /** Grows with every writing. */
  turn: z.number(),
  /** When the worker began to look whether the broker has what it had (ms, Redis's clock). */
  lookedAt: z.number(),
})
export type ShardState = z.infer<typeof stateSchema>

export async function writeShardState(redis: Redis, shard: number, state: ShardState): Promise<void> {
  await redis.set(keys.log(shard), JSON.stringify(state))
}

/** Until the worker has looked again, vote accepts nothing for this shard. */
export async function sealShard(redis: Redis, shard: number): Promise<void> {
  await redis.del(keys.log(shard))
}

/** @throws {InboxAway} when no worker has opened the shard, or what Redis has is garbage */
export async function readShardState(redis: Redis, shard: number): Promise<ShardState> {
  const text = await redis.get(keys.log(shard))
  const state = text === null ? null : parse(text)
  if (state === null) throw new InboxAway(`no worker has opened shard ${shard} yet`)
  return state
}

function parse(text: string): ShardState | null {
  try {
    return stateSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
