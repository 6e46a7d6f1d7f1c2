/** How far the model is from what was measured, part by part and as a whole. */

import type { Block, Figure } from "../../bench/figures/rounds"
import type { Cores } from "../model/cores"
import { PART_NAMES, PARTS } from "../model/unit-costs"
import type { MeasuredStep } from "./measured-step"
import type { Step } from "./step"

/** A plan that is off by more is not worth its name. */
export const TOLERATED = 0.25

export const BLOCK = "capacity"

export type Judged = { name: string; model: number; measured: number }

export function judge(
  model: Cores,
  { cores }: Pick<MeasuredStep, "cores">,
): { parts: Judged[]; whole: Judged } {
  const parts = PARTS.map((part) => ({ name: PART_NAMES[part], model: model[part], measured: cores[part] }))
  const sum = (side: "model" | "measured") => parts.reduce((total, it) => total + it[side], 0)
  return { parts, whole: { name: "the whole", model: sum("model"), measured: sum("measured") } }
}

/** 0.1: the model says a tenth more than was measured, or a tenth less. */
export const offBy = ({ model, measured }: Judged): number => Math.abs(model / measured - 1)

/** As a benchmark, to be saved beside those on which the model rests. */
export function blockOf(
  { votes, pages, open, viewers, seconds, method }: Step,
  model: Cores,
  measured: MeasuredStep,
): Block {
  const { parts, whole } = judge(model, measured)
  const cores = (name: string, value: number): Figure => ({ name, unit: "of a core", values: [value] })
  return {
    name: BLOCK,
    about: `${votes} votes/s (${method}), ${pages} ballot pages/s, ${open} open ballot pages and ${viewers} viewers for ${seconds} s, beside what the model says of them`,
    figures: [
      ...[...parts, whole].flatMap((it) => [
        cores(`${it.name}, by the model`, it.model),
        cores(`${it.name}, measured`, it.measured),
      ]),
      {
        ...{ name: "the model is off by", unit: "", values: [offBy(whole)] },
        bound: { kind: "at most", value: TOLERATED },
      },
      cores("all else on this machine meanwhile", measured.others),
    ],
    checks: [
      {
        ...{ name: "nothing was refused", holds: measured.refused === 0 },
        seen: `refused, and sent again: ${measured.refused}`,
      },
    ],
  }
}
