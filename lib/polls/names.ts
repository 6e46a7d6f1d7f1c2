/** Names as readers take them: what can be seen of a text, and which spellings look the same. */

/** Glyphs that are empty in Unicode's charts though they are neither spaces nor ignorable; no property has them. */
const BLANK = /[\u2800\u{1d159}\u{13441}\u{13442}]/gu

/**
 * An emoji that several make up: joined ones, and a flag of a part of a country. What can't be seen by itself (UTS 51) tells
 * it from another there.
 */
const JOINED =
  /\p{Extended_Pictographic}\p{EMod}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\p{EMod}?\uFE0F?)+|\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}/u
const IGNORED = new RegExp(`${JOINED.source}|\\p{Default_Ignorable_Code_Point}`, "gu")

/** The text without what readers can't see in it (Unicode Standard, 5.21). */
export function withoutIgnorable(text: string): string {
  return text.replace(IGNORED, (found) => (JOINED.test(found) ? found.replaceAll("\uFE0F", "") : ""))
}

/** Whether there is a letter, digit, sign or picture in it that has a shape. */
export function canBeSeen(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(withoutIgnorable(text).replace(BLANK, ""))
}

/** The same for names that look the same: case, width, spaces, how accents are written and what can't be seen make no difference. */
export function folded(name: string): string {
  const plain = withoutIgnorable(withoutIgnorable(name).normalize("NFKD")).replace(BLANK, " ")
  return plain.toUpperCase().toLowerCase().normalize("NFKC").replace(/\s+/g, " ").trim()
}

/** For looking a name up by pieces of it: accents make no difference either. */
export function searchable(name: string): string {
  return folded(name).normalize("NFKD").replace(/\p{M}/gu, "")
}
