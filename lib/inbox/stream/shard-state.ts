/** Where a shard's stream is and how much waits in it, as the worker tells vote through Redis. */

import type { Redis } from "ioredis"
import { z } from "zod"
import { InboxAway } from "../contract"
import { keys } from "../keys"

export type ShardState = {
  /** Name of the shard's stream at the broker. */
  stream: string
  /** Entries that waited when this was written. */
  waiting: number
  /** Grows with every writing. */
  turn: number
  /** When the worker began to verify that the broker still has what it had (ms, Redis's clock). */
  verifiedAt: number
  /** Up to which `seq` all was counted, and what is no vote was forgotten at the broker; from a worker of an earlier version: all. */
  settled: number
}

/** The same as it is stored: under the names that earlier versions read and write. */
const storedSchema = z.object({
  log: z.string().regex(/^[a-z0-9-]{1,100}$/),
  waiting: z.int().nonnegative(),
  turn: z.number(),
  lookedAt: z.number(),
  settled: z.number().default(Number.MAX_SAFE_INTEGER),
})

/** @param counted up to where the shard is counted, to be kept even while it is sealed */
export async function writeShardState(
  redis: Redis,
  shard: number,
  state: ShardState,
  counted?: string,
): Promise<void> {
  const { stream, waiting, turn, verifiedAt, settled } = state
  const stored: z.infer<typeof storedSchema> = { log: stream, waiting, turn, lookedAt: verifiedAt, settled }
  const text = JSON.stringify(stored)
  if (counted === undefined) await redis.putValues(1, keys.stream(shard), text)
  else await redis.putValues(2, keys.stream(shard), keys.counted(shard), text, counted)
}

/** Has vote accept nothing for this shard until a worker has verified the stream again. */
export async function sealShard(redis: Redis, shard: number): Promise<void> {
  await redis.del(keys.stream(shard))
}

/** @throws {InboxAway} when no worker has opened the shard, or what Redis has is garbage */
export async function readShardState(redis: Redis, shard: number): Promise<ShardState> {
  const text = await redis.get(keys.stream(shard))
  const state = text === null ? null : parse(text)
  if (state === null) throw new InboxAway(`no worker has opened shard ${shard} yet`)
  return state
}

function parse(text: string): ShardState | null {
  try {
    const { log, waiting, turn, lookedAt, settled } = storedSchema.parse(JSON.parse(text))
    return { stream: log, waiting, turn, verifiedAt: lookedAt, settled }
  } catch {
    return null
  }
}
