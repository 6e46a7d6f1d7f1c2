/** Whether the inbox takes ballots, by what became of the last ones: a store that is full answers everything else. */

import type { StoreHealth } from "@tallyroom/lib/health"
import { type Appender, InboxAway } from "@tallyroom/lib/inbox/contract"

/** So many in a row are no hiccup. One ballot that is taken ends it, and so does a new connection. */
const FAILURES = 3
/** Who is not ready is sent no voters: so after this it is assumed to be, and the next ballots tell. */
const TRY_AGAIN_MS = 3_000

export class BallotHealth implements StoreHealth {
  private failures = 0
  private failedAt = Number.NEGATIVE_INFINITY
  private reason = ""

  problem(): string | null {
    const isRecent = performance.now() - this.failedAt < TRY_AGAIN_MS
    return isRecent && this.failures >= FAILURES ? `ballots are not taken: ${this.reason}` : null
  }

  /** A store was connected anew: what happened before says nothing of it. */
  forget(): void {
    this.failures = 0
  }

  /** The same appender, whose answers are noted. */
  watch(appender: Appender): Appender {
    const taken = () => this.forget()
    const failed = (error: unknown) => {
      if (!(error instanceof InboxAway)) return
      this.failures++
      this.failedAt = performance.now()
      this.reason = error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
    }
    return {
      append(ballot) {
        const answer = appender.append(ballot)
        answer.then(taken, failed)
        return answer
      },
      standing: (place) => appender.standing(place),
    }
  }
}
