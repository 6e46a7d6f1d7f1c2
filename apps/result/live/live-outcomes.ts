/** Has what whole ballots decide follow the tallies that somebody watches, as fast as it can be decided and sent. */

import { profileDecision } from "@tallyroom/lib/polls/decision"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { isOutcomeOf, type OutcomeReads, type ShownOutcome } from "../outcome/outcome-reads"

/** When it has failed, which the log says, it is tried again after this time. */
const RETRY_MS = 1_000

export class LiveOutcomes {
  readonly #reads: Pick<OutcomeReads, "read" | "latest" | "waitOf">
  readonly #tell: (shown: ShownOutcome) => number | null
  /** The newest tally of each poll that is watched and whose outcome is due. */
  readonly #wanted = new Map<number, Tally>()
  readonly #followed = new Set<number>()

  /** @param tell shows an outcome. It gives how long the next one has to wait (ms); null where nobody watches the poll any more. */
  constructor(
    reads: Pick<OutcomeReads, "read" | "latest" | "waitOf">,
    tell: (shown: ShownOutcome) => number | null,
  ) {
    this.#reads = reads
    this.#tell = tell
  }

  latest(tally: Tally): ShownOutcome | null {
    return profileDecision(tally.poll) ? this.#reads.latest(tally.poll.number) : null
  }

  /** Notes that viewers see this tally: they are told its outcome as soon as that is known. */
  changed(tally: Tally): void {
    const { number } = tally.poll
    if (!profileDecision(tally.poll)) return
    this.#wanted.set(number, tally)
    if (!this.#followed.has(number)) void this.#follow(number)
  }

  async #follow(number: number): Promise<void> {
    this.#followed.add(number)
    for (let tally = this.#wanted.get(number); tally; tally = this.#wanted.get(number)) {
      this.#wanted.delete(number)
      await Bun.sleep(await this.#bring(tally))
    }
    this.#followed.delete(number)
  }

  /** @returns how long to wait before the next one */
  async #bring(tally: Tally): Promise<number> {
    const { number } = tally.poll
    try {
      await Bun.sleep(this.#reads.waitOf(number))
      const shown = await this.#reads.read(tally)
      const pause = shown && this.#tell(shown)
      if (!shown || pause === null) this.#wanted.delete(number)
      // Somebody else asked for it before this tally was there, or a worker is about to store it.
      else if (!isOutcomeOf(shown, tally)) this.#again(tally)
      return pause ?? 0
    } catch {
      this.#again(tally)
      return RETRY_MS
    }
  }

  #again(tally: Tally): void {
    const { number } = tally.poll
    if (!this.#wanted.has(number)) this.#wanted.set(number, tally)
  }
}
