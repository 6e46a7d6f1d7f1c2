/** Draws the chart of a named machine, as an SVG that stands alone and follows the reader's light or dark. */

import { STYLE } from "../../prove/chart/colours"
import { textAt } from "../../prove/chart/frame"
import { type Markup, svgElement } from "../../prove/chart/svg"
import { machineWords, whenWords } from "../docs/words"
import type { SavedMachine } from "../saved/saved-file"
import { drawPanel, MARGIN, WIDTH } from "./bars"
import { panelsOf } from "./panels"

const HEAD = 92
const GAP = 14

export function drawMachine(machine: SavedMachine): string {
  const markup: Markup[] = []
  let y = HEAD
  for (const panel of panelsOf(machine.benchmarks)) {
    const drawn = drawPanel(panel, y)
    markup.push(...drawn.markup)
    y = drawn.bottom + GAP
  }
  const height = y
  const title = `Benchmarks on ${machine.name}`
  const picture = svgElement(
    "svg",
    {
      ...{ xmlns: "http://www.w3.org/2000/svg", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
      ...{ role: "img", "aria-labelledby": "title desc" },
    },
    svgElement("title", { id: "title" }, title),
    svgElement("desc", { id: "desc" }, describe(machine)),
    svgElement("style", {}, STYLE),
    svgElement("rect", { width: WIDTH, height, rx: 14, class: "fill-raised" }),
    textAt(MARGIN, 42, title, "ink", { size: "headline" }),
    textAt(MARGIN, 68, `${machineWords(machine)}  ·  ${whenWords(machine)}`, "muted"),
    ...markup,
  )
  return `${picture.markup}\n`
}

/** All bars in words, for those who can't see them. */
function describe({ benchmarks }: SavedMachine): string {
  const groups = panelsOf(benchmarks).flatMap((panel) =>
    panel.groups.flatMap(({ name, rows }) => rows.map((row) => `${name}, ${row.name}: ${row.words}`)),
  )
  return `${groups.join(". ")}.`
}
