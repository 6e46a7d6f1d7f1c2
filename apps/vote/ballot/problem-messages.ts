/** What the pages of the vote app say when a request can't be answered (a heading, and what to do now), in a file for each language in messages/problems/. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"
import de from "./messages/problems/de.json"
import en from "./messages/problems/en.json"
import es from "./messages/problems/es.json"
import fr from "./messages/problems/fr.json"
import ja from "./messages/problems/ja.json"
import pt from "./messages/problems/pt.json"

export const voteProblemMessages = defineMessages({ en, de, fr, es, pt, ja })
