/**
 * When a poll is closed in a log: vote may go on by an older reading of it for a moment, so the worker waits until no such
 * reading is left, and then writes a note into the log. What stands before the note was accepted in time.
 */

import type { Position } from "@tallyroom/lib/ballots"
import type { Database } from "@tallyroom/lib/database"
import { LOG_READING_USABLE_MS } from "@tallyroom/lib/inbox/log/log"
import type { Poll } from "@tallyroom/lib/polls"
import { noteClosing } from "./closing"

/** Twice what a reading may be old, and time for the ballot to arrive. */
const GRACE_MS = 2 * LOG_READING_USABLE_MS + 1_000
/** A note may get lost with a broker: then it is written once more. */
const AGAIN_MS = 10_000

export class ClosingNotes {
  /** By poll: when its note is due. */
  private readonly dueAt = new Map<number, number>()
  private readonly noted = new Set<number>()

  constructor(
    private readonly sql: Database,
    private readonly shard: number,
  ) {}

  /** The closed polls whose note is to be written now. */
  async due(polls: Poll[]): Promise<number[]> {
    const now = performance.now()
    const due: number[] = []
    for (const { number, state } of polls) {
      if (state !== "closed" || this.noted.has(number)) continue
      const at = this.dueAt.get(number) ?? now + GRACE_MS
      this.dueAt.set(number, at <= now ? now + AGAIN_MS : at)
      if (at <= now) due.push(number)
    }
    return due
  }

  /** The note of a poll was read at this position. */
  async note(poll: number, position: Position): Promise<void> {
    await noteClosing(this.sql, poll, this.shard, position)
    this.noted.add(poll)
  }

  /** The log may be another one. */
  forget(): void {
    this.dueAt.clear()
    this.noted.clear()
  }
}
