/** All files of the docs that are made from saved results, by their paths from docs/. */

import { betweenLines } from "../../services/made-docs"
import { drawMachine } from "../charts/draw"
import type { SavedMachine } from "../saved/saved-file"
import { machinePage } from "./machine-page"
import { machineWords, whenWords } from "./words"

/** Holds a page and a chart for each machine, and nothing else. */
export const MACHINES = "benchmarks"
export const OVERVIEW = "benchmarks.md"
const LINES = [
  "<!-- machines: made by `bun run bench:page`, change nothing here -->",
  "<!-- /machines -->",
] as const
const NONE = "Of no machine has a run been saved yet."

/**
 * @param overview the text of docs/benchmarks.md, in which the part between the markers is made anew
 * @throws {UserError} where the markers are missing
 */
export function filesOf(machines: readonly SavedMachine[], overview: string): Map<string, string> {
  return new Map([
    [OVERVIEW, withMachines(overview, machines)],
    ...machines.flatMap((machine): [string, string][] => [
      [`${MACHINES}/${machine.name}.md`, machinePage(machine)],
      [`${MACHINES}/${machine.name}.svg`, drawMachine(machine)],
    ]),
  ])
}

function withMachines(overview: string, machines: readonly SavedMachine[]): string {
  return betweenLines(overview, LINES, machines.length > 0 ? machines.map(sectionOf).join("\n\n") : NONE)
}

function sectionOf(machine: SavedMachine): string {
  const { name } = machine
  return [
    `### ${name}`,
    `${machineWords(machine)}. ${whenWords(machine).replaceAll("  ·  ", "; ")}. [All figures](${MACHINES}/${name}.md).`,
    `![Benchmarks on ${name}: rates beside their limits, the CPU of a vote, and how long it takes](${MACHINES}/${name}.svg)`,
  ].join("\n\n")
}
