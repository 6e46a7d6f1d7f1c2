/** What a page of a poll that whole ballots decide is made with, as far as it is known in time. */

import { profileDecision } from "@tallyroom/lib/polls/decision"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { Language } from "@tallyroom/lib/ui/language"
import { within } from "@tallyroom/lib/within"
import { outcomeMessages, type RankingData } from "./outcome-messages"
import type { OutcomeReads, ShownOutcome } from "./outcome-reads"

/** A page, or a snapshot, does not wait longer: a larger poll's outcome comes over its live connection, or with the next one. */
const PAGE_WAITS_MS = 1_500

/** @param seesCounts whether this viewer does @returns null where its tally alone decides the poll */
export async function rankingData(
  outcomes: OutcomeReads,
  tally: Tally,
  seesCounts: boolean,
  language: Language,
): Promise<RankingData | null> {
  if (!profileDecision(tally.poll)) return null
  const first = seesCounts ? await outcomeInTime(outcomes, tally) : null
  return { messages: outcomeMessages[language], first }
}

/** What whole ballots decide, or decided before, as far as it is known in time; null too where the tally alone decides. */
export async function outcomeInTime(outcomes: OutcomeReads, tally: Tally): Promise<ShownOutcome | null> {
  if (!profileDecision(tally.poll)) return null
  const late = () => new Error("the outcome is not there yet")
  return within(PAGE_WAITS_MS, outcomes.read(tally), late).catch(() => outcomes.latest(tally.poll.number))
}
