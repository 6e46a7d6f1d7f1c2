/** How many ballots of each poll were ever read of a shard. A stream has no acceptance counts: these take their place. */

import type { Database } from "@tallyroom/lib/database"
import type { Batch } from "../counting/batch"

export class AcceptanceCounts {
  private counts = new Map<number, number>()

  constructor(
    private readonly sql: Database,
    private readonly shard: number,
  ) {}

  /** Takes the counts from the books. */
  async load(): Promise<void> {
    const rows = await this.sql`SELECT poll, accepted FROM books WHERE shard = ${this.shard}`
    this.counts = new Map(rows.map((row) => [Number(row.poll), Number(row.accepted)]))
  }

  /** Adds a batch. Each comes once and in order; after a failure `load` comes first. @returns the counts of its polls */
  async with({ entries, polls }: Batch): Promise<Map<number, number>> {
    for (const { ballot } of entries) {
      if (ballot && polls.has(ballot.poll))
        this.counts.set(ballot.poll, (this.counts.get(ballot.poll) ?? 0) + 1)
    }
    return new Map([...polls.keys()].map((number) => [number, this.counts.get(number) ?? 0]))
  }
}
