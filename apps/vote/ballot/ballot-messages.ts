/** What the ballot says, on the server and in the browser, in a file for each language in messages/ballot/. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"
import de from "./messages/ballot/de.json"
import en from "./messages/ballot/en.json"
import es from "./messages/ballot/es.json"
import fr from "./messages/ballot/fr.json"
import ja from "./messages/ballot/ja.json"
import pt from "./messages/ballot/pt.json"

export const ballotMessages = defineMessages({ en, de, fr, es, pt, ja })
