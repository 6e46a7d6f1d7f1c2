/** What a page of a poll that whole ballots decide is made with, as far as it is known in time. */

import { profileDecision } from "@tallyroom/lib/polls/decision"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { Language } from "@tallyroom/lib/ui/language"
import { within } from "@tallyroom/lib/within"
import { outcomeMessages, type RankingData } from "./outcome-messages"
import type { OutcomeReads } from "./outcome-reads"

/** A page does not wait longer: a larger poll's outcome comes over its live connection, or with the next reload. */
const PAGE_WAITS_MS = 1_500

/** @param seesCounts whether this viewer does @returns null where its tally alone decides the poll */
export async function rankingData(
  outcomes: OutcomeReads,
  tally: Tally,
  seesCounts: boolean,
  language: Language,
): Promise<RankingData | null> {
  if (!profileDecision(tally.poll)) return null
  const late = () => new Error("the outcome is not there yet")
  const first = seesCounts ? await within(PAGE_WAITS_MS, outcomes.read(tally), late).catch(() => null) : null
  return { messages: outcomeMessages[language], first }
}
