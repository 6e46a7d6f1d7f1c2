/** The page of a named machine: its chart, and each benchmark as a table. */

import { type Check, type Figure, median, spread } from "../figures/rounds"
import { bareAnswersText, boundText, shown, withUnit } from "../figures/wording"
import type { SavedBenchmark, SavedMachine } from "../saved/saved-file"
import { machineWords, runWords } from "./words"

const HEAD = ["figure", "median", "least … greatest", "bare answers", "bound"]

export function machinePage(machine: SavedMachine): string {
  const { name, benchmarks } = machine
  return `${[
    `# Benchmarks on ${name}`,
    `<!-- Made by \`bun run bench:page\` from scripts/bench/results/${name}.json. Change nothing here. -->`,
    `${machineWords(machine)}. What each line means: [benchmarks](../benchmarks.md#how-to-read-it).`,
    `![The same figures as bars](${name}.svg)`,
    ...benchmarks.map((benchmark) => section(benchmark, machine.machine.cores)),
  ].join("\n\n")}\n`
}

function section({ name, about, run, bareMicros, figures, checks }: SavedBenchmark, cores: number): string {
  const versions = Object.entries(run.versions).map(([program, version]) => `${program} ${version}`)
  return [
    `## ${name}`,
    `Measured: ${about}.`,
    `${runWords(run, cores)}. ${run.system}; ${versions.join(", ")}. 4 KiB reach the disk in ${run.fsyncMs.toFixed(2)} ms; a bare answer took ${shown(bareMicros)} µs of CPU.`,
    table(figures, bareMicros),
    checks.map(checkLine).join("\n"),
  ]
    .filter(Boolean)
    .join("\n\n")
}

function checkLine({ name, holds, seen }: Check): string {
  return `- ${holds ? "holds" : "**FAILED**"}: ${name} (${seen})`
}

function table(figures: readonly Figure[], bareMicros: number): string {
  const rows = figures.map((figure) => {
    const { min, max } = spread(figure.values)
    const value = withUnit(shown(median(figure.values)), figure.unit)
    const between = figure.values.length > 1 ? `${shown(min)} … ${shown(max)}` : ""
    const bare = bareAnswersText(figure, bareMicros).replace(" bare answers", "")
    return [figure.name, value, between, bare, boundText(figure)]
  })
  const used = HEAD.map((_, column) => column < 2 || rows.some((row) => row[column] !== ""))
  const line = (cells: string[]) => `| ${cells.filter((_, column) => used[column]).join(" | ")} |`
  return [line(HEAD), line(HEAD.map(() => "---")), ...rows.map(line)].join("\n")
}
