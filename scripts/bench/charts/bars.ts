/** Rows of horizontal bars: a name on the left, a bar with its spread, and the value in words on the right. */

import type { ColourName } from "../../prove/chart/colours"
import { textAt } from "../../prove/chart/frame"
import { type Markup, svgElement } from "../../prove/chart/svg"

/** In the picture's own pixels, which are about those of a page on GitHub. */
export const WIDTH = 930
export const MARGIN = 24
const BARS_FROM = 400
const BARS_TO = 640
const WORDS_AT = BARS_TO + 16
const ROW = 28
const BAR = 16
const TITLE = 34
const GROUP = 26
const GAP = 14

/** A piece of a bar. */
type Piece = { colour: ColourName; value: number }

export type BarRow = {
  name: string
  /** One after the other. */
  pieces: Piece[]
  /** The least and the greatest over the rounds, drawn as a line. */
  spread?: { min: number; max: number }
  /** Where the figure should stay below, or come to. */
  bound?: number
  words: string
}

/** Rows that share a scale, under a name. */
export type BarGroup = { name: string; rows: BarRow[]; legend?: { name: string; colour: ColourName }[] }

export type BarPanel = { title: string; note: string; groups: BarGroup[] }

/** @param top where the panel begins @returns its markup, and where it ends */
export function drawPanel(
  { title, note, groups }: BarPanel,
  top: number,
): { markup: Markup[]; bottom: number } {
  const markup = [
    textAt(MARGIN, top + 16, title, "ink", { size: "panel" }),
    textAt(WIDTH - MARGIN, top + 16, note, "muted", { size: "small", anchor: "end" }),
  ]
  let y = top + TITLE
  for (const group of groups) {
    markup.push(textAt(MARGIN, y + 13, group.name, "muted", { size: "small" }))
    if (group.legend) markup.push(...legend(group.legend, y))
    y += GROUP
    const scale = scaleOf(group)
    for (const row of group.rows) {
      markup.push(...drawRow(row, y, scale))
      y += ROW
    }
    y += GAP
  }
  return { markup, bottom: y }
}

type Scale = (value: number) => number

const lengthOf = ({ pieces }: BarRow) => pieces.reduce((sum, { value }) => sum + value, 0)

/** The greatest value of a group is as long as all the room for bars. */
function scaleOf({ rows }: BarGroup): Scale {
  const greatest = Math.max(...rows.flatMap((row) => [lengthOf(row), row.spread?.max ?? 0, row.bound ?? 0]))
  return (value) => BARS_FROM + (value / (greatest || 1)) * (BARS_TO - BARS_FROM)
}

function drawRow(row: BarRow, y: number, scale: Scale): Markup[] {
  const middle = y + ROW / 2
  let from = 0
  const pieces = row.pieces.map(({ colour, value }) => {
    const x = scale(from)
    from += value
    const width = Math.max(1, scale(from) - x)
    return svgElement("rect", { x, y: middle - BAR / 2, width, height: BAR, class: `fill-${colour}` })
  })
  return [
    textAt(MARGIN + 14, middle + 5, row.name, "ink"),
    ...pieces,
    ...(row.spread ? spreadLine(row.spread, middle, scale) : []),
    ...(row.bound === undefined ? [] : [upright(scale(row.bound), middle, BAR / 2 + 5, "ink", "3 2")]),
    textAt(WORDS_AT, middle + 5, row.words, "ink"),
  ]
}

function spreadLine({ min, max }: { min: number; max: number }, y: number, scale: Scale): Markup[] {
  const [x1, x2] = [scale(min), scale(max)]
  if (x2 - x1 < 1) return []
  const across = svgElement("line", { x1, y1: y, x2, y2: y, class: "line-ink", "stroke-width": 1.5 })
  return [across, upright(x1, y, 4, "ink"), upright(x2, y, 4, "ink")]
}

function upright(x: number, y: number, half: number, colour: ColourName, dash?: string): Markup {
  return svgElement("line", {
    ...{ x1: x, y1: y - half, x2: x, y2: y + half, class: `line-${colour}` },
    ...{ "stroke-width": 1.5, "stroke-dasharray": dash },
  })
}

/** What the colours of stacked pieces mean, in one line above the bars. */
function legend(entries: { name: string; colour: ColourName }[], y: number): Markup[] {
  return entries.flatMap(({ name, colour }, i) => {
    const x = BARS_FROM + i * 92
    return [
      svgElement("rect", { x, y: y + 3, width: 12, height: 12, rx: 2, class: `fill-${colour}` }),
      textAt(x + 18, y + 13, name, "muted", { size: "small" }),
    ]
  })
}
