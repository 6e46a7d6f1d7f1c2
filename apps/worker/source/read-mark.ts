/**
 * Up to which moment all ballots of a stream were read. A ballot that was cast before and is nowhere in Postgres is lost with
 * the stream: its receipt says so. Without this it would be waited for in a quiet poll for ever.
 */

import type { Database } from "@tallyroom/lib/database"
import { type Holding, isRowOf } from "../leases/holding"

/** How often it is told to Postgres. */
const WRITE_MS = 2_000
/** A ballot may arrive later than one that was cast after it, and a broker may tell its length some seconds late. */
const SLACK_MS = 60_000

export class ReadMark {
  /** At this moment the stream was as long as this. */
  private mark: { at: number; seq: number } | null = null
  private writtenAt = Number.NEGATIVE_INFINITY

  constructor(private readonly sql: Database) {}

  /**
   * Called when the stream was looked at.
   * @param at the moment (ms, Redis's clock) before it was asked for its length
   * @param isAtEnd whether nothing more was there when it was read since the last look
   */
  async see(holding: Holding, at: number, length: number, isAtEnd: boolean): Promise<void> {
    const { mark } = this
    this.mark ??= { at, seq: length }
    if (!mark || (holding.position.seq < mark.seq && !isAtEnd)) return
    this.mark = { at, seq: length }
    if (performance.now() - this.writtenAt < WRITE_MS) return
    await this.write(holding, mark.at)
    this.writtenAt = performance.now()
  }

  /** Forgets what it saw: the stream may be another one. */
  forget(): void {
    this.mark = null
  }

  /** What is written never goes back, but for a clock that was ahead for a while. */
  private async write(holding: Holding, at: number): Promise<void> {
    await this.sql`
      UPDATE shards SET read_until = LEAST(${at}, GREATEST(COALESCE(read_until, 0), ${at - SLACK_MS}::bigint))
      WHERE ${isRowOf(this.sql, holding)}`
  }
}
