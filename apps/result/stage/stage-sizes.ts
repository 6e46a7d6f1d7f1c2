/** How large the letters on the big screen may be, estimated before a browser can measure them. */

import type { SnapshotOption } from "../tally/snapshot"

/** The width of a Chinese, Japanese or Korean letter, in Latin letters. */
const WIDE = 1.7
const FIRST_WIDE = 0x2e80

/** Labels up to this width have their numbers beside them. Wider labels take the whole line, and their numbers are beside the bar. */
const SHORT = 16

/** How wide a text is, in Latin letters. */
export function lettersOf(text: string): number {
  return [...text].reduce((sum, it) => sum + ((it.codePointAt(0) ?? 0) >= FIRST_WIDE ? WIDE : 1), 0)
}

export type RowLayout = "beside" | "below"

/** Where the numbers of all these options are, as seen from their labels. */
export function layoutOf(options: readonly SnapshotOption[]): RowLayout {
  return longest(options) <= SHORT ? "beside" : "below"
}

function longest(options: readonly SnapshotOption[]): number {
  return Math.max(...options.map(({ label, emoji, image }) => lettersOf(label) + (emoji || image ? 2 : 0)))
}

/** The sizes for which stage.css has a rule (`--fit`), each for texts of up to so many letters in one line of the side. */
const LINES = [5, 6, 7, 8, 10, 12, 14, 17, 20, 24]
const LONGEST_LINE = 30

/** The rule that makes a text as wide as the side. */
export function fitOf(text: string): number {
  const letters = lettersOf(text)
  return LINES.find((most) => letters <= most) ?? LONGEST_LINE
}

/** The sizes for which stage.css has a rule (`--start`), in parts of the width of the screen. */
const STARTS = [0.8, 1, 1.2, 1.5, 2, 2.5, 3, 3.6, 4.2]
/** The least room for all rows on a screen of 16:9, and the width of a row in one column and in two. */
const HEIGHT = 34
const WIDTH = { 1: 66, 2: 31 }
/** The height of a row in units of its font size: the label, the gap and the bar. */
const ROW_EM = { beside: 2.8, below: 3.9 }
/** The width of a wide letter in a heavy font. */
const LETTER_EM = 0.62
/** The width of "12.5% 1,234,567", whose second half is smaller. */
const NUMBERS_EM = 10

/** The size of the letters until they are measured. It is the same for all rows, and rather too small than too large. */
export function startOf(options: readonly SnapshotOption[], columns: 1 | 2): number {
  const layout = layoutOf(options)
  const high = HEIGHT / Math.ceil(options.length / columns) / ROW_EM[layout]
  const letters = longest(options) * LETTER_EM
  const wide = WIDTH[columns] / (layout === "beside" ? letters + NUMBERS_EM : (letters / 2) * 1.1)
  const size = Math.min(high, wide)
  return STARTS.filter((start) => start <= size).pop() ?? 0.8
}
