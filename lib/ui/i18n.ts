/**
 * Messages are plain data, so that a page can carry those of its own language to the browser, and so that tools for
 * translators can read them: a JSON file for each section and language, in a folder `messages` beside the pages that show
 * them. A message is a text with `{name}` placeholders, or an object with a text for each plural form of `{count}`.
 *
 * English says which keys there are. To change a text, edit the JSON file of each language.
 */

import type { Language } from "./language"

type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }
export type Message = string | Plural
/** The messages of one part of the pages in one language. */
export type Section<Key extends string = string> = Readonly<Record<Key, Message>>
export type PlaceholderValues = Record<string, string | number>

/** Forbids the keys of `Own` that `Allowed` does not name. */
type Exactly<Own, Allowed> = { [Key in Exclude<keyof Own, Allowed>]: never }

/** What a translation must be: the keys of English and no others, and plural forms just where English has them. */
type TranslationOf<English, Own> = Exactly<Own, keyof English> & {
  [Key in keyof English]: English[Key] extends string
    ? string
    : Plural & Exactly<Key extends keyof Own ? Own[Key] : Plural, Intl.LDMLPluralRule>
}

/** Gathers the files of a section. A key too few or too many, or a wrong plural form, is a type error. */
export function defineMessages<Files extends Record<Language, Section>>(
  files: Files & { [Name in Language]: TranslationOf<Files["en"], Files[Name]> },
): Record<Language, Section<keyof Files["en"] & string>> {
  return files
}

export type Translator<Key extends string> = ReturnType<typeof translator<Key>>

const MS = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 } as const
type Unit = keyof typeof MS

/** Writes messages, numbers and moments in a language, the same on the server and in the browser. */
export function translator<Key extends string>(language: Language, section: Section<Key>) {
  const plurals = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  const shares = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 })
  const number = (n: number) => numbers.format(n)

  /** The message with its placeholders filled in. Numbers are formatted for the language. */
  function t(key: Key, values: PlaceholderValues = {}): string {
    // A page may carry only the messages that it needs. If one is missing, the rest still works.
    const message: Message = section[key] ?? ""
    const text =
      typeof message === "string" ? message : (message[plurals.select(Number(values.count))] ?? message.other)
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = values[name]
      return typeof value === "number" ? number(value) : (value ?? placeholder)
    })
  }

  return {
    language,
    t,
    number,
    /** A share from 0 to 1, with one decimal at most. */
    percent: (share: number) => shares.format(share),
    /** A moment in `timeZone`, or by default in the time zone of the machine. The text names the time zone. */
    dateTime: (date: Date, timeZone?: string) =>
      new Intl.DateTimeFormat(language, {
        ...{ year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit" },
        ...{ timeZoneName: "short", timeZone },
      }).format(date),
    /** A span in its two largest units, such as "2 hr, 5 min"; never negative. */
    duration: (ms: number) => inUnits(language, Math.max(0, ms)),
    /** "a, b and c". */
    list: (items: string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(items),
  }
}

function inUnits(language: Language, ms: number): string {
  const units = Object.keys(MS) as Unit[]
  const first = Math.max(
    0,
    units.findIndex((unit) => ms >= MS[unit]),
  )
  let rest = ms < MS.second ? 0 : ms
  const parts = (rest === 0 ? (["second"] as const) : units.slice(first, first + 2)).map((unit) => {
    const amount = Math.floor(rest / MS[unit])
    rest -= amount * MS[unit]
    return { unit, amount }
  })
  const shown = parts.filter(({ amount }, i) => amount > 0 || i === 0)
  const texts = shown.map(({ unit, amount }) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(amount),
  )
  return new Intl.ListFormat(language, { type: "unit", style: "short" }).format(texts)
}
