/** The panel of answers a second, one upon the other: accepted, refused, unknown. */

import type { ColourName } from "./colours"
import { LEGEND_ROW, legendRow, type Panel, patch, type TimeScale } from "./frame"
import { svgElement } from "./svg"
import type { KindOfAnswer, RunTimeline } from "./timeline"
import { maximum, stepsPath, valueAxis } from "./value-panel"
import { amount } from "./verdict"

const PLOT_HEIGHT = 120

/** From the lowest on. */
const LAYERS: readonly (readonly [KindOfAnswer, ColourName])[] = [
  ["accepted", "good"],
  ["refused", "pale"],
  ["unknown", "amber"],
]

export function answersPanel({ rates, calls, slotMs }: RunTimeline, top: number, x: TimeScale): Panel {
  const sums = rates.accepted.map((value, i) => value + (rates.refused[i] ?? 0) + (rates.unknown[i] ?? 0))
  const axis = valueAxis("Answers a second", top, PLOT_HEIGHT, maximum(sums))
  const markup = [...axis.markup]
  let base = sums.map(() => 0)
  for (const [layer, colour] of LAYERS) {
    const low = base
    const d = stepsPath(low, rates[layer], slotMs, x, axis.y)
    if (calls[layer] > 0) markup.push(svgElement("path", { d, class: `fill-${colour}` }))
    base = low.map((value, i) => value + (rates[layer][i] ?? 0))
  }
  LAYERS.toReversed().forEach(([layer, colour], i) => {
    const y = axis.top + 14 + i * LEGEND_ROW
    markup.push(...legendRow(y, patch(y, colour), layer, amount(calls[layer])))
  })
  return { height: axis.bottom - top, markup }
}
