/** Whether ballots can be written to Redis, found out before anybody's are refused. */

import type { StoreHealth } from "@tallyroom/lib/health"
import { asInboxAway, refusalBy } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { replicasFault } from "@tallyroom/lib/inbox/replicas"
import type { Redis } from "ioredis"

/** No poll has it. */
const ANY = "-"

export class RedisReadiness implements StoreHealth {
  private failure: string | null = null
  private full = false

  /** @param replicas for which votes wait */
  constructor(
    private readonly redis: Pick<Redis, "checkWriting" | "info">,
    private readonly replicas = 0,
  ) {}

  /** Why nothing can be written; null when it can. Each call also asks anew, for the next one. */
  problem(): string | null {
    void this.ask()
    return this.failure
  }

  /** Whether it is for want of room that nothing can be written. Each call also asks anew, for the next one. */
  isFull(): boolean {
    void this.ask()
    return this.full
  }

  private async ask(): Promise<void> {
    try {
      const forbidden = await this.redis.checkWriting(
        keys.fence(0),
        keys.inbox(0),
        keys.poll(0, ANY),
        keys.voters(0, ANY),
      )
      this.full = false
      this.failure =
        forbidden === ""
          ? await this.replicasProblem()
          : `Redis refuses: its user may not give the command ${forbidden}`
    } catch (error) {
      // Whatever else went wrong says nothing of writing.
      this.failure = refusalBy("Redis", error)
      this.full = asInboxAway("Redis", error).isFull
    }
  }

  private async replicasProblem(): Promise<string | null> {
    return this.replicas > 0 ? replicasFault(await this.redis.info(), this.replicas) : null
  }
}
