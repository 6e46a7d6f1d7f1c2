/**
 * Sees to it that retained ballots take no voter's place: where Redis's memory is short they are the first to go, also while Postgres
 * is away and nothing is counted.
 */

import { keys } from "@tallyroom/lib/inbox/keys"
import type { Retention } from "@tallyroom/lib/inbox/retention"
import { Repeat } from "../repeat"
import type { SourceParts } from "./source"

/** A fifth of Redis's memory is free when ballots begin to go: no flood fills it in this time. */
const LOOK_MS = 100
/** How long nothing must have gone until the next time is told again. */
const QUIET_MS = 60_000

export class RetainedRoom {
  private readonly stopping = new AbortController()
  private wentAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly shard: number,
    private readonly retention: Retention,
    private readonly parts: Pick<SourceParts, "redis" | "log">,
  ) {}

  start(): void {
    const repeat = new Repeat(this.parts.log, this.stopping.signal)
    void repeat.every(LOOK_MS, "making room in Redis", () => this.makeRoom())
  }

  stop(): void {
    this.stopping.abort()
  }

  private async makeRoom(): Promise<void> {
    const { redis, log } = this.parts
    if (redis.status !== "ready") return
    const place = [keys.retained(this.shard), keys.dropped(this.shard)] as const
    const ballots = await redis.makeRoom(...place, this.retention.ageMs)
    if (ballots === 0) return
    const isNews = performance.now() - this.wentAt > QUIET_MS
    this.wentAt = performance.now()
    if (isNews)
      log.warn(
        { shard: this.shard, ballots },
        "Redis's memory is short: counted ballots go before their time (INBOX_RETENTION), so that votes have room",
      )
  }
}
