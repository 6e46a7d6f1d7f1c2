/** What the control room says, in a file for each language in messages/. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"
import { withDecisionMessages } from "../decision/decision-messages"
import { withTallyMessages } from "../tally/tally-messages"
import de from "./messages/de.json"
import en from "./messages/en.json"
import es from "./messages/es.json"
import fr from "./messages/fr.json"
import ja from "./messages/ja.json"
import pt from "./messages/pt.json"

export const adminMessages = withDecisionMessages(
  withTallyMessages(defineMessages({ en, de, fr, es, pt, ja })),
)

export type AdminKey = keyof typeof adminMessages.en
