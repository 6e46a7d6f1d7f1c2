/** Copies of the tallies in Redis, for vote to show: those that everybody may see, at most 10 times a second. */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Log } from "@tallyroom/lib/logging"
import { readTallies, type Tally } from "@tallyroom/lib/tallies"
import type { Redis } from "ioredis"

const INTERVAL_MS = 100

export class TallyProjection {
  private readonly changed = new Set<number>()
  private timer: Timer | null = null

  constructor(
    private readonly redis: Redis,
    private readonly sql: Database,
    private readonly log: Log,
  ) {}

  /** Says that these polls' tallies changed. */
  mark(polls: number[]): void {
    for (const poll of polls) this.changed.add(poll)
    this.timer ??= setTimeout(() => void this.write(), INTERVAL_MS)
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer)
  }

  private async write(): Promise<void> {
    const polls = [...this.changed]
    this.changed.clear()
    try {
      const tallies = await readTallies(this.sql, polls)
      await Promise.all(tallies.map((tally) => this.writeOne(tally)))
      this.timer = null
      if (this.changed.size > 0) this.mark([])
    } catch (error) {
      // The same polls again with the next change; whoever opens shard 0 marks them all.
      this.timer = null
      this.log.debug({ err: error }, "tallies were not projected")
    }
  }

  private async writeOne({ poll, version, votes, total }: Tally): Promise<void> {
    const key = keys.tally(poll.id)
    if (isPublic(poll)) await this.redis.set(key, JSON.stringify({ version, votes, total }))
    else await this.redis.del(key)
  }
}

/** What an `after-close` poll keeps to itself does not even reach Redis. */
function isPublic({ results, state }: Tally["poll"]): boolean {
  return results !== "after-close" || state === "closed" || state === "final"
}
