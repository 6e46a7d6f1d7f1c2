/** How polls are decided, and what they decided, in a file for each language in messages/. */

import { defineMessages, type Section } from "@tallyroom/lib/ui/i18n"
import { LANGUAGES, type Language } from "@tallyroom/lib/ui/language"
import de from "./messages/de.json"
import en from "./messages/en.json"
import es from "./messages/es.json"
import fr from "./messages/fr.json"
import ja from "./messages/ja.json"
import pt from "./messages/pt.json"

const decisionMessages = defineMessages({ en, de, fr, es, pt, ja })

export type DecisionKey = keyof typeof decisionMessages.en

/** The messages of a page with those of this section. */
export function withDecisionMessages<Key extends string>(
  own: Record<Language, Section<Key>>,
): Record<Language, Section<Key | DecisionKey>> {
  const joined = LANGUAGES.map((language) => [language, { ...decisionMessages[language], ...own[language] }])
  return Object.fromEntries(joined)
}
