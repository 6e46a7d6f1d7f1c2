/** What was measured of a load beside what the model says, as a person reads it. */

import { shown } from "../../bench/figures/wording"
import type { Cores } from "../model/cores"
import { percent } from "../printing/amounts"
import { table } from "../printing/table"
import { type Judged, judge, offBy, TOLERATED } from "./judgement"
import type { MeasuredStep } from "./measured-step"
import type { Step } from "./step"

/** So much of all cores. */
const NOTHING_LEFT = 0.95

export function comparisonText(step: Step, model: Cores, measured: MeasuredStep): string {
  const { parts, whole } = judge(model, measured)
  const rows = [...parts, whole].map((it) => [
    ...[it.name, it.model.toFixed(2), it.measured.toFixed(2), shown(it.model / it.measured)],
  ])
  return [
    table(`Cores, for ${stepText(step)}`, [["", "model", "measured", "ratio"], ...rows], [1, 2, 3]),
    `  All else, the programs that make the load too: ${measured.others.toFixed(2)} cores;`,
    `  ${percent(measured.busy)} of the machine were busy.`,
    `  Refused, and sent again: ${measured.refused}.`,
    ...(measured.busy > NOTHING_LEFT ? [WAITED] : []),
  ].join("\n")
}

const WAITED = `  The machine had nothing left, so that all waited for each other: play less, or
  have nothing beside it.`

export function verdictText(whole: Judged): string {
  const than = offBy(whole) <= TOLERATED ? "and" : "more than the"
  return `The model is off by ${percent(offBy(whole))}, ${than} ${percent(TOLERATED)} are tolerated.`
}

function stepText({ votes, pages, open, viewers, seconds, method }: Step): string {
  return `${votes} votes/s (${method}), ${pages} pages/s, ${open} open pages,\n${viewers} viewers, ${seconds} s`
}
