/** The unit costs of a plan as a person reads them, in 80 columns. */

import { machineWords, whenWords } from "../../bench/docs/words"
import { shown } from "../../bench/figures/wording"
import type { SavedMachine } from "../../bench/saved/saved-file"
import type { UnitCosts } from "../model/unit-costs"
import { table } from "./table"

/** All figures that the plan rests on, as the machine's tables have them. */
export function costsText(machine: SavedMachine, { taken }: UnitCosts): string {
  const benchmarks = Map.groupBy(taken, ({ benchmark }) => benchmark)
  const sections = [...benchmarks].map(([benchmark, figures]) =>
    table(
      `  ${benchmark}`,
      figures.map(({ figure, unit, value }) => ["", shown(value), unit, figure]),
      [1],
    ),
  )
  const where = `  ${machineWords(machine)}\n  ${whenWords(machine).replaceAll("  ·  ", "; ")}`
  return [
    `Unit costs, as measured on ${machine.name} (docs/benchmarks/${machine.name}.md)`,
    where,
    ...sections,
  ].join("\n")
}
