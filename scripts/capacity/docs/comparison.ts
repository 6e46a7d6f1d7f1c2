/** What `bun run capacity:compare --save` has seen, as a section of the page. */

import { machineWords, runWords } from "../../bench/docs/words"
import { median } from "../../bench/figures/rounds"
import { shown, withUnit } from "../../bench/figures/wording"
import type { SavedMachine } from "../../bench/saved/saved-file"
import { BLOCK } from "../compare/judgement"

const HEAD = "### The model beside a measurement"

export function comparison(machine: SavedMachine): string {
  const saved = machine.benchmarks.find(({ name }) => name === BLOCK)
  if (!saved)
    return `${HEAD}\n\nNothing was compared on ${machine.name} yet: \`bun run capacity:compare --save\`.`
  const rows = saved.figures.map(
    ({ name, unit, values }) => `| ${name} | ${withUnit(shown(median(values)), unit)} |`,
  )
  return [
    HEAD,
    `By \`bun run capacity:compare --save\` on ${machine.name} (${machineWords(machine)}): ${saved.about}. ${runWords(saved.run, machine.machine.cores)}.`,
    ["| figure | |", "| --- | --- |", ...rows].join("\n"),
  ].join("\n\n")
}
