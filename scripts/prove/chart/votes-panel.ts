/** The panel of votes so far: accepted as a wide band, and on it what Postgres had counted and viewers had seen. */

import type { ColourName } from "./colours"
import { LEGEND, LEGEND_ROW, legendRow, type Panel, type TimeScale } from "./frame"
import { type Markup, svgElement } from "./svg"
import type { RunTimeline, SoFar } from "./timeline"
import { linePath, maximum, valueAxis } from "./value-panel"
import { amount } from "./verdict"

const PLOT_HEIGHT = 220

type Stroke = { colour: ColourName; width: number; dash?: string }

const BAND: Stroke = { colour: "wash", width: 9 }
const COUNTED: Stroke = { colour: "good", width: 2.5 }
/** By replica, from the first on; what there is beyond begins anew. */
const SEEN: readonly Stroke[] = [
  { colour: "blue", width: 2, dash: "7 9" },
  { colour: "violet", width: 2, dash: "2 6" },
]

export function votesPanel({ soFar, slotMs }: RunTimeline, top: number, x: TimeScale): Panel {
  const axis = valueAxis("Votes so far", top, PLOT_HEIGHT, maximum(soFar.flatMap(({ values }) => values)))
  const lines = soFar.map((it) => stroked(linePath(it.values, slotMs, x, axis.y), strokeOf(it)))
  const legend = soFar.flatMap((it, i) => {
    const y = axis.top + 14 + i * LEGEND_ROW
    const sign = stroked(`M${LEGEND} ${y - 5}h24`, strokeOf(it))
    return legendRow(y, sign, nameOf(it), amount(it.values.at(-1) ?? 0))
  })
  return { height: axis.bottom - top, markup: [...axis.markup, ...lines, ...legend] }
}

function strokeOf({ of, replica }: SoFar): Stroke {
  if (of === "accepted") return BAND
  if (of === "counted") return COUNTED
  return SEEN[((replica ?? 1) - 1) % SEEN.length] ?? COUNTED
}

export function nameOf({ of, replica }: SoFar): string {
  return of === "seen" ? `seen at result ${replica}` : of
}

function stroked(d: string, { colour, width, dash }: Stroke): Markup {
  const shape = { "stroke-width": width, "stroke-dasharray": dash, "stroke-linejoin": "round" }
  return svgElement("path", { d, class: `line-${colour}`, ...shape })
}
