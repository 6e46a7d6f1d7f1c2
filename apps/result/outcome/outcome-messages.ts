/** What pages say of what whole ballots decide, in a file for each language in messages/. */

import { defineMessages, type Section, type Translator } from "@tallyroom/lib/ui/i18n"
import de from "./messages/de.json"
import en from "./messages/en.json"
import es from "./messages/es.json"
import fr from "./messages/fr.json"
import ja from "./messages/ja.json"
import pt from "./messages/pt.json"
import type { ShownOutcome } from "./outcome-reads"

export const outcomeMessages = defineMessages({ en, de, fr, es, pt, ja })

type OutcomeKey = keyof typeof outcomeMessages.en
export type OutcomeText = Translator<OutcomeKey>

/** What a page of a poll that whole ballots decide has beside the tally: only such a page carries these messages. */
export type RankingData = {
  messages: Section<OutcomeKey>
  /** What was decided when the page was made; null where that was not known in time. */
  first: ShownOutcome | null
}
