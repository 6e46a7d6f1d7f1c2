/** Draws a plan: what is busy at the peak, what is full first, and what goes out. */

import type { BarPanel, BarRow } from "../../bench/charts/bars"
import { drawPicture } from "../../bench/charts/picture"
import { shown } from "../../bench/figures/wording"
import type { ColourName } from "../../prove/chart/colours"
import { countOf } from "../clouds/cost"
import type { Plan } from "../model/plan"
import { PART_NAMES, PARTS } from "../model/unit-costs"
import { WORKS } from "../model/work"
import { many, percent, plural, rateText } from "../printing/amounts"

export function drawPlan(title: string, plan: Plan): string {
  const { load } = plan
  const line = `At the peak: ${many(load.votes)} votes a second, ${many(load.openPages)} open ballot pages, ${many(load.viewers)} viewers`
  return drawPicture(title, line, [coresPanel(plan), limitsPanel(plan), trafficPanel(plan)])
}

const COLOURS = {
  ...{ votes: "accent", pages: "violet", asks: "process", pictures: "good", handshakes: "amber" },
} as const satisfies Record<(typeof WORKS)[number], ColourName>
const LEGEND = WORKS.map((name) => ({ name, colour: COLOURS[name] }))

function coresPanel(plan: Plan): BarPanel {
  const rows = PARTS.map((part): BarRow => {
    const run =
      part === "postgres" || part === "redis"
        ? plural(countOf(plan, part), "server")
        : plural(countOf(plan, part), "process", "processes")
    const pieces = WORKS.map((kind) => ({ colour: COLOURS[kind], value: plan.work[part][kind] ?? 0 }))
    return {
      ...{ name: PART_NAMES[part], pieces: pieces.filter(({ value }) => value > 0) },
      words: `${shown(plan.cores[part])} cores  ·  ${run} to run`,
    }
  })
  return {
    title: "What is busy at the peak",
    note: "cores of the measured machine",
    groups: [{ name: "by part, and with what", rows, legend: LEGEND }],
  }
}

function limitsPanel({ limits, policy }: Plan): BarPanel {
  const rows = limits.map(
    ({ name, used }): BarRow => ({
      ...{ name, pieces: [{ colour: used > 1 ? "bad" : "process", value: used }], bound: 1 },
      words: percent(used),
    }),
  )
  const note = `dashed: full; processes may be busy to ${percent(policy.busy)}`
  return { title: "What is full first", note, groups: [{ name: "the share that is taken", rows }] }
}

function trafficPanel({ traffic }: Plan): BarPanel {
  const rows = traffic
    .filter(({ out }) => out > 0)
    .map(
      ({ name, out }): BarRow => ({ name, pieces: [{ colour: "violet", value: out }], words: rateText(out) }),
    )
  return {
    title: "What goes out to people",
    note: "without TLS and TCP",
    groups: [{ name: "at the peak", rows }],
  }
}
