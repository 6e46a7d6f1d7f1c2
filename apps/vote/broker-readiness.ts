/** Whether ballots can be written to the broker. */

import type { StoreHealth } from "@tallyroom/lib/health"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { Publisher } from "@tallyroom/lib/inbox/stream/contract"
import { readShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import { requireVerified } from "@tallyroom/lib/inbox/stream/verified"
import type { Redis } from "ioredis"
import type { PollCache } from "./polls/poll-cache"

export class BrokerReadiness implements StoreHealth {
  /** When the connection was made over which ballots were last found to be writable. */
  private readyBy = Number.NaN
  private failure = "no worker was asked yet"

  constructor(
    private readonly redis: Redis,
    private readonly publisher: Pick<Publisher, "problem" | "connectedAt">,
    private readonly polls: Pick<PollCache, "index">,
  ) {}

  /** Why nothing can be written now; null when it can. Each call also asks anew, for the next one. */
  problem(): string | null {
    const problem = this.publisher.problem()
    if (problem !== null) return problem
    const connectedAt = this.publisher.connectedAt()
    if (connectedAt === this.readyBy) return null
    void this.ask(connectedAt)
    return this.failure
  }

  private async ask(connectedAt: number): Promise<void> {
    try {
      const { shards } = await this.polls.index()
      for (let shard = 0; shard < shards; shard++) {
        const state = await readShardState(this.redis, shard)
        requireVerified(state, connectedAt, await readRedisClock(this.redis))
      }
      this.readyBy = connectedAt
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error)
    }
  }
}
