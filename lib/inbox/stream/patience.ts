/** How long a vote waits for a broker: the time that every answer gets, and the time that the way there and back takes. */

import { ANSWER_TIMEOUT_MS } from "../contract"
import { brokerAnswer } from "./broker-answer"

/** A way that was measured so long ago is measured anew: it may have become longer. */
const FRESH_MS = 2_000
/** Nobody votes over a longer way. */
const LONGEST_WAY_MS = 1_000

/** What was asked is answered by this at the latest, or never: answers that come too late for a voter still tell the way. */
export const LATEST_ANSWER_MS = 5_000

export class Patience {
  /** The shortest answers, in ms, of the span of time that goes on and of the one before it. */
  private shortest = Number.POSITIVE_INFINITY
  private shortestBefore = Number.POSITIVE_INFINITY
  private since = performance.now()

  constructor(private readonly broker: string) {}

  /**
   * What the broker answers, in time.
   * @param perhaps whether a ballot may be taken although there is no answer
   * @throws {InboxAway} when the answer did not come in time, or was an error
   */
  answer<T>(asked: Promise<T>, perhaps = false): Promise<T> {
    const askedAt = performance.now()
    asked.then(
      () => this.learn(performance.now() - askedAt),
      () => {},
    )
    return brokerAnswer(this.broker, asked, ANSWER_TIMEOUT_MS + this.way(), perhaps)
  }

  private way(): number {
    const shortest = Math.min(this.shortest, this.shortestBefore)
    return Number.isFinite(shortest) ? Math.min(shortest, LONGEST_WAY_MS) : 0
  }

  private learn(ms: number): void {
    if (performance.now() - this.since > FRESH_MS) {
      this.shortestBefore = this.shortest
      this.shortest = Number.POSITIVE_INFINITY
      this.since = performance.now()
    }
    this.shortest = Math.min(this.shortest, ms)
  }
}
