/** How large letters on the big screen may be, as far as that can be said before a browser has measured them. */

import type { SnapshotOption } from "../tally/snapshot"

/** So wide is a letter of Chinese, Japanese or Korean, in letters of the alphabet. */
const WIDE = 1.7
const FIRST_WIDE = 0x2e80

/** Labels up to this width have their numbers beside them; wider ones the whole line, and their numbers beside the bar. */
const SHORT = 16

/** How wide a text is, in letters of the alphabet. */
export function lettersOf(text: string): number {
  return [...text].reduce((sum, it) => sum + ((it.codePointAt(0) ?? 0) >= FIRST_WIDE ? WIDE : 1), 0)
}

export type RowLayout = "beside" | "below"

/** Where the numbers of all of these options stand, as seen from the labels. */
export function layoutOf(options: readonly SnapshotOption[]): RowLayout {
  return longest(options) <= SHORT ? "beside" : "below"
}

function longest(options: readonly SnapshotOption[]): number {
  return Math.max(...options.map(({ label, emoji, image }) => lettersOf(label) + (emoji || image ? 2 : 0)))
}

/** Sizes for which stage.css has a rule (`--fit`): so many letters, at most, in one line of the side. */
const LINES = [5, 6, 7, 8, 10, 12, 14, 17, 20, 24]
const LONGEST_LINE = 30

/** The rule by which a text is as large as the side is wide. */
export function fitOf(text: string): number {
  const letters = lettersOf(text)
  return LINES.find((most) => letters <= most) ?? LONGEST_LINE
}

/** Sizes for which stage.css has a rule (`--start`), in parts of the screen's width. */
const STARTS = [0.8, 1, 1.2, 1.5, 2, 2.5, 3, 3.6, 4.2]
/** The least room for all rows on a screen of 16:9, and the width of a row in one column and in two. */
const HEIGHT = 34
const WIDTH = { 1: 66, 2: 31 }
/** What a row takes in its font-size: its label, the gap and the bar. */
const ROW_EM = { beside: 2.8, below: 3.9 }
/** A wide letter of a heavy font. */
const LETTER_EM = 0.62
/** "12.5% 1,234,567", of which the second half is smaller. */
const NUMBERS_EM = 10

/** The size of the letters until they are measured: one for all rows, and rather too small. */
export function startOf(options: readonly SnapshotOption[], columns: 1 | 2): number {
  const layout = layoutOf(options)
  const high = HEIGHT / Math.ceil(options.length / columns) / ROW_EM[layout]
  const letters = longest(options) * LETTER_EM
  const wide = WIDTH[columns] / (layout === "beside" ? letters + NUMBERS_EM : (letters / 2) * 1.1)
  const size = Math.min(high, wide)
  return STARTS.filter((start) => start <= size).pop() ?? 0.8
}
