/** Hosts write in all scripts, the pages in languages that are read from left to right: neither may reorder the other. */

/** The blocks of the scripts that are read from right to left (Unicode, DerivedBidiClass.txt, "@missing"). */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/**
 * A host's text as a part of a sentence, with its direction kept to itself (Unicode Annex 9, FSI and PDI), so that what
 * stands beside it stays in its place. In markup use `<bdi>`, or `dir="auto"` where the text is all that an element has.
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text
}
