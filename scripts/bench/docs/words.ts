/** What the docs and the charts say alike about a machine and its runs. */

import type { SavedMachine, SavedRun } from "../saved/saved-file"

export function machineWords({ machine: { cpu, cores, memoryGb } }: SavedMachine): string {
  return `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}, ${memoryGb} GB`
}

/** The days of its runs, and a warning where some tell little. */
export function whenWords({ machine: { cores }, benchmarks }: SavedMachine): string {
  const days = [...new Set(benchmarks.map(({ run }) => run.ranAt.slice(0, 10)))].sort()
  const when = days.length > 1 ? `${days[0]} to ${days.at(-1)}` : `${days[0]}`
  if (benchmarks.some(({ run }) => run.quick)) return `${when}  ·  with short rounds, not to be believed`
  return benchmarks.every(({ run }) => isQuiet(run, cores)) ? when : `${when}  ·  partly beside other work`
}

/** Above this much of the machine, other work took part in what was measured. */
const QUIET_SHARE = 0.25

const isQuiet = ({ loadBefore }: SavedRun, cores: number) => loadBefore / cores <= QUIET_SHARE

/** How a run was made: its commit, its rounds, and whether the machine was quiet. */
export function runWords(run: SavedRun, cores: number): string {
  const rounds = `${run.rounds} ${run.quick ? "short " : ""}${run.rounds === 1 ? "round" : "rounds"}`
  const load = isQuiet(run, cores)
    ? "on a quiet machine"
    : `beside other work (load ${run.loadBefore.toFixed(1)})`
  return `${run.ranAt.slice(0, 16).replace("T", " ")} UTC, commit ${run.commit}, ${rounds}, ${load}`
}
