/**
 * Looks once a second at how much a shard's Redis has accepted, and records it in Postgres: so it is known outside of that
 * Redis, should it be wiped. While Postgres is away, what was seen is remembered here.
 */

import { formatPosition } from "@tallyroom/lib/ballots/ballot"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { Repeat } from "../repeat"
import { inspectShard, readCounters } from "./redis-inspection"
import { recordSeen } from "./redis-losses"
import type { SourceParts } from "./source"

const LOOK_MS = 1_000
/** Where thousands of posts are open, their counters are read in turn, so that Redis is not kept busy. */
const COUNTERS_A_LOOK = 1_000

export class AcceptanceWatch {
  /** Whether vote has told this Redis of ballots that it lacks. */
  isShort = false
  private readonly stopping = new AbortController()
  /** The greatest counters that were seen, by poll. */
  private readonly seen = new Map<number, number>()
  /** What of it Postgres has. */
  private readonly recorded = new Map<number, number>()
  private isRecording = false
  /** The last entry that Redis had given when it was looked at. */
  private last = ""
  /** Index of the poll whose turn comes next, and how many may have accepted something since they were read. */
  private next = 0
  private due = 0

  constructor(
    private readonly shard: number,
    private readonly parts: Pick<SourceParts, "redis" | "sql" | "polls" | "instance" | "log">,
  ) {}

  start(): void {
    const repeat = new Repeat(this.parts.log, this.stopping.signal)
    void repeat.every(LOOK_MS, "looking at what Redis accepted", async () => {
      await this.look()
      // A Postgres that hangs holds no look up.
      if (!this.isRecording)
        void this.record().catch((err) => this.parts.log.debug({ err }, "not recorded yet"))
    })
  }

  stop(): void {
    this.stopping.abort()
  }

  /** Does so with all that was ever seen: Postgres may have gone back. */
  recordAnew(): Promise<void> {
    this.recorded.clear()
    return this.record()
  }

  /** Writes what was seen into Postgres. */
  async record(): Promise<void> {
    const due = new Map([...this.seen].filter(([poll, n]) => n > (this.recorded.get(poll) ?? 0)))
    if (due.size === 0) return
    this.isRecording = true
    try {
      await recordSeen(this.parts.sql, this.shard, due)
      for (const [poll, accepted] of due) this.recorded.set(poll, accepted)
    } finally {
      this.isRecording = false
    }
  }

  private async look(): Promise<void> {
    const { redis } = this.parts
    if (redis.status !== "ready") return
    const votable = this.parts.polls.all().filter(mayAccept)
    const last = formatPosition((await inspectShard(redis, this.shard)).last)
    if (last !== this.last) this.due = votable.length
    const counters = await readCounters(redis, this.shard, this.turn(votable))
    // Asked last: had another instance's Redis answered, its counters would say nothing of this one's polls.
    if ((await redis.get(keys.instance(this.shard))) !== this.parts.instance) return
    for (const [poll, accepted] of counters) {
      if (accepted > (this.seen.get(poll) ?? 0)) this.seen.set(poll, accepted)
    }
    this.last = last
    this.isShort = (await redis.exists(keys.missing(this.shard))) > 0
  }

  private turn(votable: Poll[]): Poll[] {
    const count = Math.min(this.due, COUNTERS_A_LOOK)
    if (this.next >= votable.length) this.next = 0
    const some = [...votable.slice(this.next), ...votable.slice(0, this.next)].slice(0, count)
    this.next += count
    this.due -= count
    return some
  }
}

function mayAccept({ state }: Poll): boolean {
  return state !== "final" && state !== "draft"
}
