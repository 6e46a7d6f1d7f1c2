/** Compares the ratios of a run with what was saved: rates differ between machines and hours, ratios of one run much less. */

import { type Block, type Figure, median } from "../figures/rounds"
import { shown } from "../figures/wording"
import type { SavedMachine } from "./saved-file"

/** A ratio that became worse by more than this share is no noise. */
const TOLERATED = 1 / 3

/** @returns a sentence for each ratio with a bound that is a third worse than it was saved */
export function worseThan(saved: SavedMachine, blocks: readonly Block[]): string[] {
  return blocks.flatMap(({ name, figures }) => {
    const before = saved.benchmarks.find((it) => it.name === name)?.figures ?? []
    return figures.filter(isRatio).flatMap((figure) => {
      const old = before.find((it) => it.name === figure.name)
      if (!old || !isWorse(figure, median(old.values))) return []
      const values = `${shown(median(figure.values))} after ${shown(median(old.values))} on ${saved.name}`
      return [`${name}, ${figure.name}: ${values}, worse by more than a third.`]
    })
  })
}

const isRatio = ({ unit, bound }: Figure) => unit === "" && bound !== undefined

/** The bound says whether more is better. */
function isWorse({ bound, values }: Figure, before: number): boolean {
  const now = median(values)
  return bound?.kind === "at least" ? now < before * (1 - TOLERATED) : now > before / (1 - TOLERATED)
}
