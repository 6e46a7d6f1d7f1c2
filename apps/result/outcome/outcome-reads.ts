/** What whole ballots decide, as often as it may be asked for: all who ask for the same poll share one count of it. */

import { BoundedMap } from "@tallyroom/lib/bounded-map"
import type { Decider } from "@tallyroom/lib/outcome/decider"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { versionOf } from "../tally/snapshot"

/** A poll is decided at most twice a second. */
const INTERVAL_MS = 500
/** A large poll takes longer: it is left alone for some times as long as it took, so that it leaves room for others. */
const REST = 4
/** When it has failed it is tried again after this time. */
const RETRY_MS = 1_000
const MOST_POLLS = 1_000

export type ShownOutcome = {
  /** The number of the poll, by which it differs from a later one with the same id. */
  number: number
  /** That of the snapshot whose counts it follows from. */
  version: number
  /** Whether it stands for good. */
  final: boolean
  outcome: Outcome
}

type Known = { shown: ShownOutcome | null; pending: Promise<ShownOutcome | null> | null; notBefore: number }

export class OutcomeReads {
  private readonly polls = new BoundedMap<number, Known>(MOST_POLLS)

  constructor(private readonly decider: Pick<Decider, "decide">) {}

  /** The latest outcome of the poll with this number, as far as one is known here. */
  latest(number: number): ShownOutcome | null {
    return this.polls.get(number)?.shown ?? null
  }

  /** In how many milliseconds the poll may be decided again. */
  waitOf(number: number): number {
    return Math.max(0, (this.polls.get(number)?.notBefore ?? 0) - performance.now())
  }

  /**
   * The outcome of a tally, or where the poll was decided a moment ago, that one.
   * @returns null where the poll is gone
   * @throws {Undecided} where it can't be decided now
   */
  async read(tally: Tally): Promise<ShownOutcome | null> {
    const { number } = tally.poll
    const known = this.polls.get(number) ?? { shown: null, pending: null, notBefore: 0 }
    this.polls.set(number, known)
    const { shown } = known
    if (shown && (isOutcomeOf(shown, tally) || this.waitOf(number) > 0)) return shown
    known.pending ??= this.decide(number, known).finally(() => {
      known.pending = null
    })
    return known.pending
  }

  private async decide(number: number, known: Known): Promise<ShownOutcome | null> {
    await Bun.sleep(this.waitOf(number))
    const begun = performance.now()
    known.notBefore = begun + RETRY_MS
    const decided = await this.decider.decide(number)
    known.notBefore = Math.max(begun + INTERVAL_MS, performance.now() + REST * (performance.now() - begun))
    if (!decided) return null
    const { tally, outcome, isStored } = decided
    const next = { number, version: versionOf(tally, true), final: isStored, outcome }
    if (!known.shown || next.version > known.shown.version || next.final) known.shown = next
    return known.shown
  }
}

/** Whether nothing newer can come of this tally; once the poll is final, that is the outcome that is stored. */
export function isOutcomeOf({ version, final }: ShownOutcome, tally: Tally): boolean {
  return version >= versionOf(tally, true) && (final || tally.poll.state !== "final")
}
