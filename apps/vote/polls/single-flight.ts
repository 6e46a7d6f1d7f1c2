/** One value of Redis, kept for a moment: many readers share one question, and the last answer bridges a short outage. */

import { asInboxAway, InboxAway } from "@tallyroom/lib/inbox/contract"
import { within } from "@tallyroom/lib/within"

/** How long readers wait for a question's answer, counted from when it was asked. A later reader waits only for the rest. */
const FIRST_ANSWER_MS = 150
/** The same while there is an older answer: with the 150 ms of casting, a vote takes less than 200 ms. */
const NEWER_ANSWER_MS = 15

const late = () => new InboxAway("Redis did not answer in time")

export type Freshness = {
  /** Milliseconds, from when it was asked for, in which the value is not asked for again. */
  freshMs: number
  /** The same, in which an old value is better than none. However long the answer took, the value is no younger than its question. */
  usableMs: number
}

export class SingleFlight<T> {
  private held: { value: T; askedAt: number; freshMs: number } | null = null
  private flight: Promise<T> | null = null
  /** When the question of the flight was asked, by `performance.now()`. */
  private askedAt = 0

  constructor(
    private readonly load: () => Promise<T>,
    private readonly freshness: (value: T) => Freshness,
    /** How long the way to Redis and back takes: readers have that much more patience. */
    private readonly way: () => number = () => 0,
    /** By which the age of a value is measured. */
    private readonly now = () => performance.now(),
  ) {}

  /** The value, if it is fresh. */
  fresh(now: number): T | undefined {
    return this.held !== null && now - this.held.askedAt < this.held.freshMs ? this.held.value : undefined
  }

  /** @throws {InboxAway} when there is no usable answer, at the latest after 150 ms and the way to Redis and back */
  async get(): Promise<T> {
    const fresh = this.fresh(this.now())
    if (fresh !== undefined) return fresh
    this.flight ??= this.ask()
    const held = this.usable()
    const patience = held === null ? FIRST_ANSWER_MS + this.way() : NEWER_ANSWER_MS
    try {
      return await within(Math.max(0, this.askedAt + patience - performance.now()), this.flight, late)
    } catch (error) {
      if (held !== null) return held.value
      throw asInboxAway("Redis", error)
    }
  }

  private usable(): { value: T } | null {
    if (this.held === null) return null
    const age = this.now() - this.held.askedAt
    return age < this.freshness(this.held.value).usableMs ? this.held : null
  }

  private async ask(): Promise<T> {
    const askedAt = this.now()
    this.askedAt = performance.now()
    try {
      const value = await this.load()
      this.held = { value, askedAt, freshMs: this.freshness(value).freshMs }
      return value
    } finally {
      this.flight = null
    }
  }
}
