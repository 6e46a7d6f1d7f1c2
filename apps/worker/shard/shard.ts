/** One shard's life at the worker that holds its lease: make its inbox fit for ballots, then count, for ever. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import type { Position } from "@tallyroom/lib/ballots/ballot"
import { Counter, type CounterParts, PositionMoved } from "../counting/counter"
import type { CopiesToWrite } from "../polls/projection"
import { InboxLost, type Source } from "../source/source"

/**
 * The states of a shard, and who moves it from one to another:
 *
 * - `opening`: the source compares its inbox with Postgres. Here it begins.
 *   → `restoring`, by the source, when its inbox has lost something or is new
 *   → `counting`, by `open()`, when the source has opened its inbox
 * - `restoring`: the source makes its inbox equal to Postgres again.
 *   → `counting`, by `open()`, likewise
 * - `counting`: vote may write, and batches are counted.
 *   → `opening`, by `countBatches()`, when the source's check finds another inbox than the one that it opened, or Postgres may have
 *     gone back
 *   → `sealed`, by `project()`, when writing a copy of a poll shows that the inbox has lost something
 * - `sealed`: vote was told to wait.
 *   → `opening`, by `open()`: at once after `project()`, after a pause for a failure
 * - `given back`: this worker does not work on the shard any more; the last state.
 *
 * From `opening`, `restoring` and `counting` a failure leads, by `afterFailure()`, to `sealed` if the inbox is lost, else to
 * `opening`, and after a pause all begins anew. From every state `run()` leads to `given back`, when the lease is another
 * worker's or the signal aborts.
 */
type State =
  | { name: "opening" | "restoring"; problem: string }
  | { name: "counting" }
  | { name: "sealed"; problem: string }
  | { name: "given back" }

const BEING_OPENED = "is being opened"
/** A full batch takes a fraction of it. Whoever asks is told that a shard has stopped. */
const STOPPED_MS = 5_000

export type ShardParts = Omit<CounterParts, "inbox"> & {
  source: Source
  /** Called whenever the shard begins to count. */
  onOpen: () => void
}

export class Shard {
  private state: State = { name: "opening", problem: BEING_OPENED }
  /** Failures since a batch was last counted, or waited for. */
  private failures = 0
  /** When a batch was last counted, or waited for in vain; or the inbox was opened for the first time, or restored. */
  private gotOnAt = performance.now()
  private wasOpen = false
  /** When the inbox was last opened. */
  private openedAt = performance.now()
  private readonly counter: Counter
  private isToReopen = false

  constructor(
    private readonly shard: number,
    private readonly parts: ShardParts,
  ) {
    this.counter = new Counter(shard, { ...parts, inbox: parts.source })
  }

  get isCounting(): boolean {
    return this.state.name === "counting"
  }

  /**
   * For how long this worker has got nowhere with the shard. Opening and restoring may take long, and none of their steps waits
   * for ever.
   */
  get stalledMs(): number {
    const { name } = this.state
    if (name === "restoring" || (name === "opening" && this.failures === 0)) return 0
    return performance.now() - Math.max(this.gotOnAt, this.counter.committedAt)
  }

  /** For how long the oldest ballot has waited that was read and is not counted yet, in ms since it was accepted; 0 without one. */
  get backlogAgeMs(): number {
    const { waitingSince } = this.counter
    return waitingSince === null ? 0 : Math.max(0, Date.now() - waitingSince)
  }

  /** Up to where this worker knows the shard to be counted. */
  get position(): Position {
    return this.counter.position
  }

  /** Has a shard that counts compare its inbox with Postgres again, once the batch at hand is counted. */
  reopen(): void {
    this.isToReopen = true
  }

  /**
   * For how long a shard that counts has waited for what has a deadline, since it was last opened. Where Postgres gives part after
   * part of a batch up, the shard gets nowhere, and each is an answer.
   */
  get waitedMs(): number {
    const answeredAt = Math.max(this.openedAt, this.counter.refusedAt)
    return this.isCounting ? Math.min(this.stalledMs, performance.now() - answeredAt) : 0
  }

  /** Why the shard does not count; null while it does. */
  get problem(): string | null {
    if (this.state.name === "counting")
      return this.stalledMs > STOPPED_MS ? `got nowhere for ${Math.floor(this.stalledMs / 1_000)} s` : null
    return this.state.name === "given back" ? "was given back" : this.state.problem
  }

  /** Works until the signal aborts or the lease is lost. Whatever fails is tried again, from the position that Postgres has. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (let isOurs = true; isOurs && !signal.aborted; ) {
        isOurs = await this.work(signal).catch((error) => this.afterFailure(error, signal))
      }
    } finally {
      this.state = { name: "given back" }
      await this.parts.source.close()
    }
  }

  /** Ends what the shard waits for in its inbox, so that `run` ends soon even if no answer ever comes. */
  async abandon(): Promise<void> {
    await this.parts.source.close()
  }

  /** Writes copies of polls where vote reads them, if the shard counts; opening does so itself. */
  async project(which: CopiesToWrite): Promise<void> {
    if (!this.isCounting) return
    try {
      await this.parts.source.project(which)
    } catch (error) {
      if (!(error instanceof InboxLost)) throw error
      const { log } = this.parts
      log.warn({ shard: this.shard, err: error }, "the inbox lost something; the shard is opened anew")
      await this.seal(error.message)
    }
  }

  /** @returns false when another worker holds the lease */
  private async work(signal: AbortSignal): Promise<boolean> {
    this.isToReopen = false
    if (!(await this.counter.begin())) return false
    await this.open()
    await this.countBatches(signal)
    return true
  }

  private async open(): Promise<void> {
    const { source, onOpen } = this.parts
    const problem = this.problem ?? BEING_OPENED
    this.state = { name: "opening", problem }
    let isProgress = !this.wasOpen
    await source.open(this.counter, (why = problem) => {
      isProgress = true
      this.state = { name: "restoring", problem: why }
    })
    this.state = { name: "counting" }
    this.wasOpen = true
    this.openedAt = performance.now()
    // Opening an inbox again and again counts nothing.
    if (isProgress) this.gotOnAt = performance.now()
    await source.onCounting()
    // A poll that changed while the shard was being opened was not projected, and may have been written before as it was then.
    await this.project("changed")
    onOpen()
  }

  private async countBatches(signal: AbortSignal): Promise<void> {
    const { source, log } = this.parts
    for (let isIdle = false; this.isCounting && !signal.aborted; ) {
      if (this.isToReopen || !(await source.check(this.counter, isIdle))) {
        this.state = { name: "opening", problem: BEING_OPENED }
        return
      }
      isIdle = !(await this.counter.countWhatComes(signal))
      this.gotOnAt = performance.now()
      if (this.failures > 0) log.info({ shard: this.shard }, "counting again")
      this.failures = 0
    }
  }

  /** @returns whether to begin anew, after a pause */
  private async afterFailure(error: unknown, signal: AbortSignal): Promise<boolean> {
    const { log } = this.parts
    const problem = error instanceof Error ? error.message : String(error)
    this.state = { name: "opening", problem }
    if (signal.aborted) return false
    if (error instanceof InboxLost) await this.seal(problem)
    if (error instanceof PositionMoved) log.info({ shard: this.shard }, "the position moved elsewhere")
    else if (++this.failures === 1)
      log.warn({ shard: this.shard, err: error }, "counting stopped; trying again")
    await this.pauseUntilReturn(backoff(Math.max(1, this.failures)), signal)
    return true
  }

  /** Ends early when the inbox is back: the pause spares whoever does not answer, and not voters. */
  private async pauseUntilReturn(ms: number, signal: AbortSignal): Promise<void> {
    const returned = new AbortController()
    const unfollow = this.parts.source.onReturn?.(() => returned.abort())
    await pause(ms, AbortSignal.any([signal, returned.signal]))
    unfollow?.()
  }

  private async seal(problem: string): Promise<void> {
    // A shard that was given back meanwhile stays so, but its inbox must be sealed all the same.
    if (this.state.name !== "given back") this.state = { name: "sealed", problem }
    await this.parts.source
      .seal()
      .catch((error) => this.parts.log.debug({ shard: this.shard, err: error }, "vote was not told to wait"))
  }
}
