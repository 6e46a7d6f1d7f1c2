/** What the start page says before it goes on to the next poll, in a file for each language in messages/following/. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"
import de from "./messages/following/de.json"
import en from "./messages/following/en.json"
import es from "./messages/following/es.json"
import fr from "./messages/following/fr.json"
import ja from "./messages/following/ja.json"
import pt from "./messages/following/pt.json"

export const followingMessages = defineMessages({ en, de, fr, es, pt, ja })
