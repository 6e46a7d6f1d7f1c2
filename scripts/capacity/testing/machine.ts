/** A machine on which everything was measured: what was saved of a real one, and of the rest the figures that the benchmarks name. */

import { MEMORY_LEGEND } from "../../bench/benchmarks/memory"
import { planOf } from "../../bench/benchmarks/plan"
import { unitCostsLegend } from "../../bench/benchmarks/unit-costs"
import { figures, type Legend } from "../../bench/figures/rounds"
import type { SavedBenchmark, SavedMachine } from "../../bench/saved/saved-file"
import { savedMachine } from "../model/saved-machine"

export async function wholeMachine(): Promise<SavedMachine> {
  const real = await savedMachine("two-cores")
  const [like] = real.benchmarks
  if (!like) throw new Error("nothing was saved of two-cores")
  return {
    ...real,
    benchmarks: [
      ...real.benchmarks.filter(({ name }) => name !== "memory" && name !== "unit costs"),
      invented(like, "memory", MEMORY_LEGEND),
      invented(like, "unit costs", unitCostsLegend(planOf({ quick: false, ratios: false }))),
    ],
  }
}

/** Each figure is another number. */
function invented(like: SavedBenchmark, name: string, legend: Legend<string>): SavedBenchmark {
  const round = Object.fromEntries(Object.keys(legend).map((key, i) => [key, (i + 1) / 100]))
  return { ...like, name, figures: figures(legend, [round]), checks: [] }
}
