/** Slows down guessing: a client may fail a few times at once, and from then on only at a fixed rate. */

import { BoundedMap } from "../bounded-map"
import { elapsedNow } from "../elapsed"
import { Problem } from "../errors"

type Options = {
  /** Failures at once. */
  burst: number
  /** Milliseconds after which one failure is forgiven. */
  refillMs: number
  /** Clients that are remembered; the one that failed longest ago is forgotten first. */
  clients?: number
  now?: () => number
}

export class Attempts {
  /** For each client, when all of its failures will be forgiven. */
  private readonly forgivenAt: BoundedMap<string, number>
  private readonly now: () => number

  constructor(private readonly options: Options) {
    this.now = options.now ?? elapsedNow
    this.forgivenAt = new BoundedMap(options.clients ?? 10_000)
  }

  /** @throws {Problem} too-many-attempts while the client may not try again. */
  check(client: string): void {
    const { burst, refillMs } = this.options
    const debt = (this.forgivenAt.get(client) ?? 0) - this.now()
    const waitMs = debt - (burst - 1) * refillMs
    if (waitMs <= 0) return
    const seconds = Math.ceil(waitMs / 1_000)
    throw new Problem("too-many-attempts", `Too many wrong attempts: try again in ${seconds} s.`, {
      retryAfter: seconds,
    })
  }

  /** Remembers a failure of this client. */
  failed(client: string): void {
    const from = Math.max(this.forgivenAt.get(client) ?? 0, this.now())
    this.forgivenAt.set(client, from + this.options.refillMs)
  }
}
