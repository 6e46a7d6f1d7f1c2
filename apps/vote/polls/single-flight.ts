/** One value of Redis, kept for a moment: many readers make one question, and an outage is bridged for a while. */

import { asInboxAway, InboxAway } from "@tallyroom/lib/inbox/contract"
import { within } from "@tallyroom/lib/within"

/** How long a question may be out before its readers give up, and stop waiting before they begin. */
const FIRST_ANSWER_MS = 150
/** The same while an older answer is at hand: with the 150 ms of casting, a vote stays below 200 ms. */
const NEWER_ANSWER_MS = 15

const late = () => new InboxAway("Redis did not answer in time")

export type Freshness = {
  /** Milliseconds in which nobody asks again. */
  freshMs: number
  /** Milliseconds in which an answer is still better than none. */
  usableMs: number
}

export class SingleFlight<T> {
  private held: { value: T; at: number; freshMs: number } | null = null
  private flight: Promise<T> | null = null
  private askedAt = 0

  constructor(
    private readonly load: () => Promise<T>,
    private readonly freshness: (value: T) => Freshness,
  ) {}

  /** The value if nobody needs to ask for it now. */
  fresh(now: number): T | undefined {
    return this.held !== null && now - this.held.at < this.held.freshMs ? this.held.value : undefined
  }

  /** @throws {InboxAway} when there is no usable answer, at the latest after 150 ms */
  async get(): Promise<T> {
    const fresh = this.fresh(performance.now())
    if (fresh !== undefined) return fresh
    this.flight ??= this.ask()
    const held = this.usable()
    const patience = held === null ? FIRST_ANSWER_MS : NEWER_ANSWER_MS
    try {
      return await within(Math.max(0, this.askedAt + patience - performance.now()), this.flight, late)
    } catch (error) {
      if (held !== null) return held.value
      throw asInboxAway("Redis", error)
    }
  }

  private usable(): { value: T } | null {
    if (this.held === null) return null
    const age = performance.now() - this.held.at
    return age < this.freshness(this.held.value).usableMs ? this.held : null
  }

  private async ask(): Promise<T> {
    this.askedAt = performance.now()
    try {
      const value = await this.load()
      this.held = { value, at: performance.now(), freshMs: this.freshness(value).freshMs }
      return value
    } finally {
      this.flight = null
    }
  }
}
