/** Puts panels of bars into one SVG, which stands alone and follows the reader's light or dark. */

import { STYLE } from "../../prove/chart/colours"
import { textAt } from "../../prove/chart/frame"
import { type Markup, svgElement } from "../../prove/chart/svg"
import { type BarPanel, drawPanel, MARGIN, WIDTH } from "./bars"

const HEAD = 92
const GAP = 14

/** @param line what stands below the title */
export function drawPicture(title: string, line: string, panels: readonly BarPanel[]): string {
  const markup: Markup[] = []
  let y = HEAD
  for (const panel of panels) {
    const drawn = drawPanel(panel, y)
    markup.push(...drawn.markup)
    y = drawn.bottom + GAP
  }
  const height = y
  const picture = svgElement(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
      ...{ role: "img", "aria-labelledby": "title desc" },
    },
    svgElement("title", { id: "title" }, title),
    svgElement("desc", { id: "desc" }, describe(panels)),
    svgElement("style", {}, STYLE),
    svgElement("rect", { width: WIDTH, height, rx: 14, class: "fill-raised" }),
    textAt(MARGIN, 42, title, "ink", { size: "headline" }),
    textAt(MARGIN, 68, line, "muted"),
    ...markup,
  )
  return `${picture.markup}\n`
}

/** All bars in words, for those who can't see them. */
function describe(panels: readonly BarPanel[]): string {
  const groups = panels.flatMap((panel) =>
    panel.groups.flatMap(({ name, rows }) => rows.map((row) => `${name}, ${row.name}: ${row.words}`)),
  )
  return `${groups.join(". ")}.`
}
