/** What the control room says. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"
import { de } from "./messages/de"
import { en } from "./messages/en"
import { es } from "./messages/es"
import { fr } from "./messages/fr"
import { ja } from "./messages/ja"
import { pt } from "./messages/pt"

export type AdminKey = keyof typeof en

export const admin = defineMessages<AdminKey>({ en, de, fr, es, pt, ja })
