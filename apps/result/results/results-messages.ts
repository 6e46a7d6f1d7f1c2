/** What the results page and the embedded results say, in a file for each language in messages/. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"
import { withDecisionMessages } from "../decision/decision-messages"
import { withTallyMessages } from "../tally/tally-messages"
import de from "./messages/de.json"
import en from "./messages/en.json"
import es from "./messages/es.json"
import fr from "./messages/fr.json"
import ja from "./messages/ja.json"
import pt from "./messages/pt.json"

export const resultsMessages = withDecisionMessages(
  withTallyMessages(defineMessages({ en, de, fr, es, pt, ja })),
)

export type ResultsMessages = typeof resultsMessages.en
export type ResultsKey = keyof ResultsMessages
