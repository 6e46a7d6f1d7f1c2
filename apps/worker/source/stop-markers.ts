/**
 * Pausing or closing a poll whose ballots are in a stream. For a moment vote may still go by an older reading of the poll. So the
 * worker waits until the stopped poll stands where vote reads it, and then until no older reading is left. Then it writes a
 * marker into the stream: whatever stands before the marker was accepted in time. What comes behind it was answered 503: it counts
 * if it is read before the poll is final, as no earlier answer says otherwise, and else it is late. The marker names the stop, so that it says
 * nothing of a later one, should the poll go on meanwhile. A marker that no worker wrote, or one of a version that proved nothing, is read
 * over: the one that this worker writes then ends the poll as well, somewhat later.
 */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { findVerifiedPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { READING_USABLE_MS } from "@tallyroom/lib/inbox/stream/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import { recordStop, type Stop, stopOf } from "../polls/poll-steps"
import type { StopProofs } from "./stop-proof"

/** More than the greatest age of a reading: vote apps of earlier versions count it from the answer and not from the question. */
const GRACE_MS = 2 * READING_USABLE_MS + 1_000
/** A marker may get lost with a broker: it is written again until it is read. */
const AGAIN_MS = 10_000

/** A stop as vote can read it in this Redis process, and when its marker is due. */
type Seen = { stop: number; serving: string; at: number }

export class StopMarkers {
  private readonly seen = new Map<number, Seen>()
  /** By poll: the last stop whose marker was read. */
  private readonly recorded = new Map<number, number>()

  constructor(
    private readonly sql: Database,
    private readonly redis: Redis,
    private readonly shard: number,
    private readonly proofs: StopProofs,
    private readonly graceMs = GRACE_MS,
  ) {}

  /** The stops whose marker is to be written now. None while Redis is away. */
  async due(polls: Poll[]): Promise<Stop[]> {
    const due = await Promise.all(polls.map((poll) => this.dueOf(poll)))
    return due.filter((stopped) => stopped !== null)
  }

  private async dueOf(poll: Poll): Promise<Stop | null> {
    const stopped = stopOf(poll)
    if (!stopped || this.recorded.get(stopped.poll) === stopped.stop) return null
    const serving = await whereStopped(this.redis, poll).catch(() => null)
    // A Redis that was away may come back as it was before the poll stopped: all begins anew.
    if (serving === null) this.seen.delete(stopped.poll)
    else if (this.isDue(stopped, serving, performance.now())) return stopped
    return null
  }

  private isDue({ poll, stop }: Stop, serving: string, now: number): boolean {
    const known = this.seen.get(poll)
    const at = known?.stop === stop && known.serving === serving ? known.at : now + this.graceMs
    this.seen.set(poll, { stop, serving, at: at <= now ? now + AGAIN_MS : at })
    return at <= now
  }

  /**
   * Called when the marker of a stop was read at this position of a stream.
   * @param proof that it shows
   * @returns whether a worker had written it
   */
  async passed(
    stopped: Stop,
    position: Position,
    stream: string,
    proof: string | undefined,
  ): Promise<boolean> {
    if (!(await this.proofs.isProven(stream, stopped, proof))) return false
    if (await recordStop(this.sql, stopped, this.shard, position))
      this.recorded.set(stopped.poll, Math.max(stopped.stop, this.recorded.get(stopped.poll) ?? 0))
    return true
  }

  /** Forgets everything: the stream may be another one. */
  forget(): void {
    this.seen.clear()
    this.recorded.clear()
  }
}

/** The Redis process that shows vote this poll stopped, or no such poll; null when vote may still read there that it is open. */
async function whereStopped(redis: Redis, { number, id, revision }: Poll): Promise<string | null> {
  const { poll, serving } = await findVerifiedPollCopy(redis, id)
  if (poll === null || poll === "deleted" || poll.number > number) return serving
  return poll.number === number && poll.revision >= revision && poll.state !== "open" ? serving : null
}
