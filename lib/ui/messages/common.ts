/** What every page says. */

import { defineMessages } from "../i18n"

export const common = defineMessages({
  en: {
    skip: "Skip to the content",
    language: "Language",
  },
  de: {
    skip: "Zum Inhalt springen",
    language: "Sprache",
  },
  fr: {
    skip: "Aller au contenu",
    language: "Langue",
  },
  es: {
    skip: "Saltar al contenido",
    language: "Idioma",
  },
  pt: {
    skip: "Ir para o conteúdo",
    language: "Idioma",
  },
  ja: {
    skip: "本文へ移動",
    language: "言語",
  },
})
