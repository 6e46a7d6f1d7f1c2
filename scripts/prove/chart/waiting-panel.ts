/** The panel of votes that were accepted and not counted yet: what a fault holds up, and how it is made up for. */

import { LEGEND_ROW, legendRow, type Panel, patch, type TimeScale } from "./frame"
import { svgElement } from "./svg"
import type { RunTimeline } from "./timeline"
import { maximum, stepsPath, valueAxis } from "./value-panel"
import { amount } from "./verdict"

const PLOT_HEIGHT = 70

/** Nothing where Postgres was never asked. */
export function waitingPanel({ soFar, slotMs }: RunTimeline, top: number, x: TimeScale): Panel {
  const [accepted, counted] = (["accepted", "counted"] as const).map((of) => soFar.find((it) => it.of === of))
  if (!accepted || !counted) return { height: 0, markup: [] }
  const waiting = accepted.values.map((value, i) => Math.max(0, value - (counted.values[i] ?? 0)))
  const axis = valueAxis("Accepted, not counted yet", top, PLOT_HEIGHT, maximum(waiting), 2)
  const d = stepsPath(
    waiting.map(() => 0),
    ...([waiting, slotMs, x, axis.y] as const),
  )
  const y = axis.top + 14
  const rows = [
    legendRow(y, patch(y, "accent"), "at most", amount(maximum(waiting))),
    legendRow(y + LEGEND_ROW, { markup: "" }, "in the end", amount(waiting.at(-1) ?? 0)),
  ]
  const area = svgElement("path", { d, class: "fill-accent" })
  return { height: axis.bottom - top, markup: [...axis.markup, area, ...rows.flat()] }
}
