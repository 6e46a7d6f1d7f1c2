/** One wait for all ballots of a moment, until enough replicas have them on their disks. */

import type { Redis } from "ioredis"
import { asInboxAway, InboxAway } from "../contract"
import type { SentinelBarrier } from "./sentinel-barrier"

/** For how many replicas votes wait. */
export type ReplicaWaits = {
  /** So many must have a ballot on their disks, beside Redis itself. */
  count: number
  /** Hears how long a wait took, in seconds, and whether enough replicas confirmed in time. */
  onWaited?: (seconds: number, isConfirmed: boolean) => void
  /** Where sentinels choose the master: what votes pass once replicas have them. */
  barrier?: Pick<SentinelBarrier, "pass"> | null
  /** Hears how long that took, in seconds, and whether the sentinels said in time that the master stays. */
  onPassed?: (seconds: number, isConfirmed: boolean) => void
}

/** The same with connections for the ballots alone, one for each round in flight: a wait holds up whatever stands behind it. */
export type Replicas = ReplicaWaits & { lanes: readonly Redis[] }

/**
 * A replica is asked how far its disk has come just when a wait begins. What came with that question may not be there yet, and
 * unasked it says so once a second: so waits that become longer follow each other.
 */
const FIRST_WAIT_MS = 1
/** For the answer of the last wait to come here before its ballots are given up. */
const ANSWER_MS = 5

/** The wait of one round, over its connection. */
export class RoundWait {
  private next: PromiseWithResolvers<void> | null = null

  /**
   * @param wake has Redis look at its clock: one that nobody asks anything ends a wait up to 100 ms late
   * @param end when the ballots are given up, by `performance.now()`
   */
  constructor(
    private readonly replicas: ReplicaWaits,
    private readonly lane: Pick<Redis, "call" | "stream">,
    private readonly wake: () => void,
    private readonly end: number,
  ) {}

  /**
   * Is called once a ballot has been sent over the connection. All that was sent by the time of `begin`, or else of the next
   * microtask, is waited for together.
   * @throws {InboxAway} when too few replicas confirm in time, or the master may be replaced: the ballots may be taken
   */
  confirmation(): Promise<void> {
    if (this.next === null) {
      this.next = Promise.withResolvers()
      // Whoever was refused does not wait.
      this.next.promise.catch(() => {})
      queueMicrotask(() => this.begin())
    }
    return this.next.promise
  }

  begin(): void {
    const { next } = this
    this.next = null
    if (next) this.wait().then(next.resolve, next.reject)
  }

  private async wait(): Promise<void> {
    const { count, barrier, onWaited, onPassed } = this.replicas
    await timed(this.untilConfirmed(count), onWaited)
    if (barrier) await timed(barrier.pass(this.lane, this.end - ANSWER_MS), onPassed)
  }

  private async untilConfirmed(count: number): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
      const left = Math.floor(this.end - performance.now() - ANSWER_MS)
      const [own, copies] = await this.ask(count, Math.max(1, Math.min(waitMs, left)))
      if (own >= 1 && copies >= count) return
      if (waitMs >= left) throw new InboxAway(missing(own, copies, count), { perhaps: true })
    }
  }

  private async ask(count: number, waitMs: number): Promise<[own: number, copies: number]> {
    // A timer of ours may be early by a millisecond.
    const timer = setTimeout(this.wake, waitMs + 1)
    try {
      const [own, copies] = (await this.lane.call("WAITAOF", 1, count, waitMs)) as [number, number]
      return [Number(own), Number(copies)]
    } catch (error) {
      throw asInboxAway("Redis", error, { perhaps: true })
    } finally {
      clearTimeout(timer)
    }
  }
}

function missing(own: number, copies: number, count: number): string {
  if (own < 1) return "Redis does not have the ballots on its disk in time: it needs appendfsync always"
  return `${copies} of ${count} replicas have the ballots on their disks in time`
}

/** Tells how long it took, and whether it came to a good end. */
async function timed(work: Promise<void>, tell?: (seconds: number, isDone: boolean) => void): Promise<void> {
  const begun = performance.now()
  let isDone = false
  try {
    await work
    isDone = true
  } finally {
    tell?.((performance.now() - begun) / 1_000, isDone)
  }
}
