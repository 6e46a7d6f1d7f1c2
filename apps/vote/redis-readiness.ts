/** Whether ballots can be written to Redis, found out before anybody's are refused. */

import type { StoreHealth } from "@tallyroom/lib/health"
import { asInboxAway, refusalBy } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { SentinelBarrier } from "@tallyroom/lib/inbox/redis/sentinel-barrier"
import type { RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import { replicasFault } from "@tallyroom/lib/inbox/replicas"
import type { Redis } from "ioredis"

/** No poll has it. */
const ANY = "-"
/** Longer than a ballot waits for them: whether they are slow for a moment is no reason to send voters elsewhere. */
const SENTINELS_MS = 1_000

export class RedisReadiness implements StoreHealth {
  private readonly asked: { redis: Redis; shard: number }[] = []
  private failure: string | null = null
  private full = false

  /**
   * @param replicas for which votes wait
   * @param barrier what they pass then, where sentinels choose the master
   */
  constructor(
    redis: Pick<RedisShards, "each">,
    private readonly replicas = 0,
    private readonly barrier: Pick<SentinelBarrier, "pass"> | null = null,
  ) {
    redis.each((connection, shard) => this.asked.push({ redis: connection, shard }))
  }

  /**
   * Why nothing can be written; null when something can: a master of a cluster that refuses keeps nobody from voting at the others.
   * Each call also asks anew, for the next one.
   */
  problem(): string | null {
    void this.ask()
    return this.failure
  }

  /** Whether it is for want of room that something can't be written. Each call also asks anew, for the next one. */
  isFull(): boolean {
    void this.ask()
    return this.full
  }

  private async ask(): Promise<void> {
    const found = await Promise.all(this.asked.map(({ redis, shard }) => this.writingAt(redis, shard)))
    const failures = found.map(({ failure }) => failure)
    this.failure = failures.includes(null) ? null : (failures[0] ?? null)
    this.full = found.some(({ isFull }) => isFull)
  }

  private async writingAt(redis: Redis, shard: number) {
    try {
      const forbidden = await redis.checkWriting(
        keys.fence(shard),
        keys.inbox(shard),
        keys.poll(shard, ANY),
        keys.voters(shard, ANY),
      )
      const failure =
        forbidden === ""
          ? await this.replicasProblem(redis)
          : `Redis refuses: its user may not give the command ${forbidden}`
      return { failure, isFull: false }
    } catch (error) {
      // Whatever else went wrong says nothing of writing.
      return { failure: refusalBy("Redis", error), isFull: asInboxAway("Redis", error).isFull }
    }
  }

  private async replicasProblem(redis: Redis): Promise<string | null> {
    if (this.replicas === 0) return null
    return replicasFault(await redis.info(), this.replicas) ?? (await this.sentinelsProblem(redis))
  }

  private async sentinelsProblem(redis: Redis): Promise<string | null> {
    const end = performance.now() + SENTINELS_MS
    const passed = this.barrier?.pass(redis, end).then(() => null)
    return (await passed?.catch((error: Error) => error.message)) ?? null
  }
}
