/** What a person reads: one block a benchmark, one line a figure. */

import { type Block, type Bound, type Check, type Figure, keepsBound, median, spread } from "./rounds"

/** Tells how the measurement comes on. */
export type TellFigures = (what: string, figures: Figure[]) => void

/** One line while it runs. */
export function progressLine(benchmark: string, what: string, figures: Figure[]): string {
  const values = figures.map(({ name, unit, values }) => `${name} ${withUnit(shown(median(values)), unit)}`)
  return `${benchmark}, ${what}: ${values.join("; ")}`
}

/** A benchmark's figures: median, spread over the rounds, and how the bound is kept. */
export function blockText({ name, about, figures, checks }: Block): string {
  const rows = figures.map((figure) => [
    figure.name,
    withUnit(shown(median(figure.values)), figure.unit),
    spreadText(figure),
    boundText(figure),
  ])
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: string[]) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd()
  return [`${name}: ${about}`, ...rows.map(line), ...checks.map(checkText)].join("\n")
}

function spreadText({ values }: Figure): string {
  const { min, max } = spread(values)
  return values.length > 1 ? `(${shown(min)} … ${shown(max)})` : ""
}

function boundText(figure: Figure): string {
  return figure.bound ? `${wording(figure.bound)}: ${keepsBound(figure) ? "met" : "MISSED"}` : ""
}

function wording({ kind, value }: Bound): string {
  return `${kind} ${value}`
}

function checkText({ name, holds, seen }: Check): string {
  return `  ${holds ? "holds" : "FAILED"}: ${name} (${seen})`
}

function withUnit(value: string, unit: string): string {
  return unit === "" ? value : `${value} ${unit}`
}

/** Three digits say enough. */
function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-GB")
  if (Math.abs(value) >= 1) return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
  return value.toFixed(value === 0 ? 0 : 3)
}

/** The same for other programs. */
export function blockJson({ name, about, figures, checks }: Block) {
  return {
    ...{ name, about, checks },
    figures: figures.map((figure) => ({
      ...figure,
      ...{ median: median(figure.values), ...spread(figure.values) },
      ...(figure.bound && { met: keepsBound(figure) }),
    })),
  }
}
