/** Hosts write in all scripts, and the pages are read from left to right. Neither may change the order of the other's text. */

/** The blocks of the scripts that are read from right to left (Unicode, DerivedBidiClass.txt, "@missing"). */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/**
 * A text of a host as a part of a sentence, isolated (Unicode Annex 9, FSI and PDI) so that its direction does not move the
 * text beside it. In markup use `<bdi>`, or `dir="auto"` where an element holds nothing but the text.
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text
}
