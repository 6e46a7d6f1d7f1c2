/** Copies of the tallies in Redis, for vote to show: of the polls whose voters may see them, at most 10 times a second. */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readTallies, type Tally } from "@tallyroom/lib/polls/tallies"
import { seesCounts } from "@tallyroom/lib/polls/visibility"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Redis } from "ioredis"

const INTERVAL_MS = 100
/**
 * The most that are written at once, those first that have waited longest: reading thousands would hold up whatever else this process does.
 * Where votes come in more polls than these a tenth of a second, each is shown more seldom.
 */
const MOST_AT_ONCE = 200
/** When a store is away there is no hurry. */
const RETRY_MS = 1_000

export class TallyProjection {
  private readonly changed = new Set<number>()
  private timer: Timer | null = null
  private stopped = false

  constructor(
    private readonly redis: Redis,
    private readonly sql: Database,
    private readonly log: Log,
  ) {}

  /** Has these polls' tallies written soon. */
  schedule(polls: number[], afterMs = INTERVAL_MS): void {
    for (const poll of polls) this.changed.add(poll)
    if (this.changed.size > 0) this.timer ??= setTimeout(() => void this.write(), afterMs)
  }

  stop(): void {
    this.stopped = true
    if (this.timer) clearTimeout(this.timer)
  }

  private async write(): Promise<void> {
    const polls = [...this.changed].slice(0, MOST_AT_ONCE)
    for (const poll of polls) this.changed.delete(poll)
    const failed = await this.writeAll(polls).then(
      () => false,
      (error) => {
        this.log.debug({ err: error }, "tallies were not projected; trying again")
        return true
      },
    )
    this.timer = null
    if (!this.stopped) this.schedule(failed ? polls : [], failed ? RETRY_MS : INTERVAL_MS)
  }

  private async writeAll(polls: number[]): Promise<void> {
    const tallies = await readTallies(this.sql, polls)
    await Promise.all(tallies.map((tally) => this.writeOne(tally)))
  }

  private async writeOne({ poll, version, votes, said, total, abstained }: Tally): Promise<void> {
    const key = keys.tally(poll.id)
    // Vote shows a voter the counts as well: what not even a receipt opens does not reach Redis.
    const counts = { version, votes, total, ...(said && { said }), ...(poll.ballot.abstain && { abstained }) }
    if (seesCounts(poll, "receipt")) await this.redis.putValues(1, key, JSON.stringify(counts))
    else await this.redis.del(key)
  }
}
