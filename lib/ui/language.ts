/** The language of a page: the one that the reader chose, else the one that the browser asks for, else English. */

import { cookieValues, setCookie } from "../http/cookies"

export const LANGUAGES = ["en", "de", "fr", "es", "pt", "ja"] as const
export type Language = (typeof LANGUAGES)[number]

/** The name of each language in the language itself, as its readers look for that. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  pt: "Português",
  ja: "日本語",
}

export const LANGUAGE_COOKIE = "tallyroom_lang"
const MAX_AGE_S = 400 * 24 * 60 * 60
/** A browser names a handful of languages. More than this are ignored. */
const MOST_WISHES = 20

/** `?lang=` wins over the cookie, and the cookie over Accept-Language with its weights. The default is English. */
export function languageOf(request: Request): Language {
  return (
    chosenLanguage(request) ??
    known(cookieValues(request.headers.get("cookie"), LANGUAGE_COOKIE)[0]) ??
    preferred(request.headers.get("accept-language")) ??
    "en"
  )
}

/** The language that `?lang=` chooses; null when it chooses none. */
function chosenLanguage(request: Request): Language | null {
  if (!request.url.includes("lang=")) return null
  return known(new URL(request.url).searchParams.get("lang"))
}

/** Big screens and frames in other sites. Whoever sets them up chooses their language, and not the reader. */
const LANGUAGE_OF_ITS_OWN = /^\/embed\/|^\/polls\/[^/]+\/stage\/*$/

/** The choice that a cookie should remember; null when there is none, or when it is for this one page. */
export function languageToRemember(request: Request): Language | null {
  const chosen = chosenLanguage(request)
  return chosen && !LANGUAGE_OF_ITS_OWN.test(new URL(request.url).pathname) ? chosen : null
}

/** The Set-Cookie header that remembers a chosen language. */
export function languageCookie(language: Language, secure: boolean): string {
  const options = { seconds: MAX_AGE_S, secure, sameSite: "Lax" } as const
  return setCookie(LANGUAGE_COOKIE, language, options)
}

/** The headers of every page whose language the reader chooses. */
export function languageHeaders(language: Language): Record<string, string> {
  return { "content-language": language, vary: "Accept-Language, Cookie" }
}

function known(name: string | null | undefined): Language | null {
  return LANGUAGES.find((language) => language === name) ?? null
}

/** Reads `fr-CH, de;q=0.9, *;q=0.5` (RFC 9110, section 12.5.4). @returns the first known language of those with the greatest weight */
function preferred(header: string | null): Language | null {
  if (header === null) return null
  let best: { language: Language; weight: number } | null = null
  for (const wish of header.split(",", MOST_WISHES)) {
    const [range = "", ...parameters] = wish.trim().toLowerCase().split(";")
    const language = known(range.trim().split("-", 1)[0])
    const weight = weightOf(parameters)
    if (language && weight > (best?.weight ?? 0)) best = { language, weight }
  }
  return best?.language ?? null
}

function weightOf(parameters: string[]): number {
  const given = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith("q="))
  const weight = given === undefined ? 1 : Number(given.slice(2))
  return weight >= 0 && weight <= 1 ? weight : 0
}
