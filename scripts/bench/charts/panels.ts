/** The three panels of a machine's chart, from what its figures say about themselves. */

import type { ColourName } from "../../prove/chart/colours"
import { type Figure, median, spread } from "../figures/rounds"
import { boundWords, shown, withUnit } from "../figures/wording"
import type { SavedBenchmark } from "../saved/saved-file"
import type { BarGroup, BarPanel, BarRow } from "./bars"

/** The processes of a Tallyroom, in the order in which a vote passes through them. */
const PARTS: readonly { name: string; colour: ColourName }[] = [
  { name: "vote", colour: "process" },
  { name: "Redis", colour: "bad" },
  { name: "worker", colour: "amber" },
  { name: "Postgres", colour: "violet" },
  { name: "result", colour: "good" },
]

/** Those of which something was measured. */
export function panelsOf(benchmarks: readonly SavedBenchmark[]): BarPanel[] {
  const panels: BarPanel[] = [
    {
      title: "Beside the limit, in the same rounds",
      note: "the median, and a line from the least to the greatest",
      groups: benchmarks.flatMap(pairsOf),
    },
    {
      title: "CPU of a vote, in bare answers",
      note: "one bare answer: Bun.serve answers a constant, in the same run",
      groups: cpuOf(benchmarks),
    },
    {
      title: "How long it takes",
      note: "dashed: the bound",
      groups: benchmarks.flatMap(timesOf),
    },
  ]
  return panels.filter(({ groups }) => groups.length > 0)
}

/** A pair: what Tallyroom does, below the least that anybody could do, in the same unit but for what is counted. */
function pairsOf({ name, figures }: SavedBenchmark): BarGroup[] {
  const limit = figures.find(({ side }) => side === "limit")
  if (!limit) return []
  const ours = figures.filter(({ side, unit }) => side === "ours" && isTime(unit) === isTime(limit.unit))
  return [{ name, rows: [barOf(limit, "pale"), ...ours.map((figure) => barOf(figure, "accent", limit))] }]
}

function barOf(figure: Figure, colour: ColourName, limit?: Figure): BarRow {
  const value = median(figure.values)
  const share = limit ? `  ·  ${shareText(shareOf(figure, limit))}` : ""
  return {
    ...{ name: figure.name, pieces: [{ colour, value }], spread: spread(figure.values) },
    words: `${withUnit(shown(value), figure.unit)}${share}`,
  }
}

const shareText = (share: number) => (share > 1 ? `${shown(share)} times it` : `${shown(share)} of it`)

/** Taken within each round, as both sides were measured one right after the other. */
function shareOf({ values }: Figure, limit: Figure): number {
  return median(values.map((value, round) => value / (limit.values[round] ?? Number.NaN)))
}

function cpuOf(benchmarks: readonly SavedBenchmark[]): BarGroup[] {
  const rows = benchmarks.flatMap((benchmark) => {
    const pieces = PARTS.flatMap(({ name, colour }) => {
      const figure = benchmark.figures.find((it) => it.cpuOf === name)
      return figure ? [{ colour, value: median(figure.values) / benchmark.bareMicros }] : []
    })
    const sum = pieces.reduce((total, { value }) => total + value, 0)
    return pieces.length > 0 ? [{ name: benchmark.name, pieces, words: `${shown(sum)} bare answers` }] : []
  })
  const present = new Set(rows.flatMap(({ pieces }) => pieces.map(({ colour }) => colour)))
  const legend = PARTS.filter(({ colour }) => present.has(colour))
  return rows.length > 0 ? [{ name: "by process", rows, legend }] : []
}

const isTime = (unit: string) => unit === "ms" || unit === "s"

function timesOf({ name, figures }: SavedBenchmark): BarGroup[] {
  if (figures.some(({ side, unit }) => side === "limit" && isTime(unit))) return []
  const times = figures.filter(({ side, unit }) => side === "ours" && isTime(unit))
  const rows = times.map((figure) => {
    const bound = figure.bound ? { bound: figure.bound.value } : {}
    const words = figure.bound ? `  ·  ${boundWords(figure.bound)}` : ""
    const row = barOf(figure, "accent")
    return { ...row, ...bound, words: `${row.words}${words}` }
  })
  return rows.length > 0 ? [{ name, rows }] : []
}
