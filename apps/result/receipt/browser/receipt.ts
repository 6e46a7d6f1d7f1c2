/** Writes the moments on the page in the reader's own time zone. */

import { translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"

const { dateTime } = translator(document.documentElement.lang as Language, {})
for (const time of document.querySelectorAll("time")) time.textContent = dateTime(new Date(time.dateTime))
