/**
 * Pausing or closing a poll whose ballots are in a stream. For a moment vote may still go by an older reading of the poll. So the
 * worker waits until no such reading is left, and then writes a marker into the stream: whatever stands before the marker was
 * accepted in time. The marker names the stop, so that it says nothing of a later one, should the poll go on meanwhile.
 */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { POLL_READING_USABLE_MS } from "@tallyroom/lib/inbox/stream/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { recordStop, type Stop, stopOf } from "../polls/poll-steps"

/** Twice the greatest age of a reading, and time for a ballot to arrive. */
const GRACE_MS = 2 * POLL_READING_USABLE_MS + 1_000
/** A marker may get lost with a broker: it is written again until it is read. */
const AGAIN_MS = 10_000

export class StopMarkers {
  /** By poll: when the marker of its stop is due. */
  private readonly dueAt = new Map<number, { stop: number; at: number }>()
  /** By poll: the last stop whose marker was read. */
  private readonly recorded = new Map<number, number>()

  constructor(
    private readonly sql: Database,
    private readonly shard: number,
  ) {}

  /** The stops whose marker is to be written now. */
  due(polls: Poll[]): Stop[] {
    const now = performance.now()
    return polls.flatMap((poll) => {
      const stopped = stopOf(poll)
      return stopped && this.isDue(stopped, now) ? [stopped] : []
    })
  }

  private isDue({ poll, stop }: Stop, now: number): boolean {
    if (this.recorded.get(poll) === stop) return false
    const known = this.dueAt.get(poll)
    const at = known?.stop === stop ? known.at : now + GRACE_MS
    this.dueAt.set(poll, { stop, at: at <= now ? now + AGAIN_MS : at })
    return at <= now
  }

  /** Called when the marker of a stop was read at this position. */
  async passed(stopped: Stop, position: Position): Promise<void> {
    await recordStop(this.sql, stopped, this.shard, position)
    this.recorded.set(stopped.poll, Math.max(stopped.stop, this.recorded.get(stopped.poll) ?? 0))
  }

  /** Forgets everything: the stream may be another one. */
  forget(): void {
    this.dueAt.clear()
    this.recorded.clear()
  }
}
