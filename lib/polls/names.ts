/** Names as readers see them: whether a text can be seen at all, and which texts look the same. */

/** These are empty in Unicode's charts, but neither spaces nor ignorable; no property contains them. */
const BLANK = /[\u2800\u{1d159}\u{13441}\u{13442}]/gu

/**
 * An emoji that is made of several: joined ones, and the flag of a part of a country. Characters that can't be seen by
 * themselves (UTS 51) tell such emoji apart.
 */
const JOINED =
  /\p{Extended_Pictographic}\p{EMod}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\p{EMod}?\uFE0F?)+|\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}/u
const IGNORED = new RegExp(`${JOINED.source}|\\p{Default_Ignorable_Code_Point}`, "gu")

/** The text without the characters that readers can't see (Unicode Standard, 5.21). */
export function withoutIgnorable(text: string): string {
  return text.replace(IGNORED, (found) => (JOINED.test(found) ? found.replaceAll("\uFE0F", "") : ""))
}

/** Whether the text has a letter, digit, sign or picture that can be seen. */
export function canBeSeen(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(withoutIgnorable(text).replace(BLANK, ""))
}

/** A form that is equal for names that look the same: it ignores case, width, spaces, how accents are encoded and invisible characters. */
export function folded(name: string): string {
  const plain = withoutIgnorable(withoutIgnorable(name).normalize("NFKD")).replace(BLANK, " ")
  return plain.toUpperCase().toLowerCase().normalize("NFKC").replace(/\s+/g, " ").trim()
}

/** A form for finding a name by parts of it: it ignores accents, too. */
export function searchable(name: string): string {
  return folded(name).normalize("NFKD").replace(/\p{M}/gu, "")
}
