/** What the control room says. */

import { defineMessages } from "../i18n"
import { de } from "./admin/de"
import { en } from "./admin/en"
import { es } from "./admin/es"
import { fr } from "./admin/fr"
import { ja } from "./admin/ja"
import { pt } from "./admin/pt"

export type AdminKey = keyof typeof en

export const admin = defineMessages<AdminKey>({ en, de, fr, es, pt, ja })
