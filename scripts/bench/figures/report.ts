/** What a person reads: one block a benchmark, one line a figure. */

import { type Block, type Check, type Figure, keepsBound, median, spread } from "./rounds"
import { bareAnswersText, boundText, shown, withUnit } from "./wording"

/** Tells how the measurement comes on. */
export type TellFigures = (what: string, figures: Figure[]) => void

/** One line while it runs. */
export function progressLine(benchmark: string, what: string, figures: Figure[]): string {
  const values = figures.map(({ name, unit, values }) => `${name} ${withUnit(shown(median(values)), unit)}`)
  return `${benchmark}, ${what}: ${values.join("; ")}`
}

/**
 * A benchmark's figures: median, spread over the rounds, CPU in bare answers, and how the bound is kept.
 * @param bareMicros the CPU of one bare answer in this run
 */
export function blockText({ name, about, figures, checks }: Block, bareMicros: number): string {
  const rows = figures.map((figure) => [
    figure.name,
    withUnit(shown(median(figure.values)), figure.unit),
    spreadText(figure),
    bareAnswersText(figure, bareMicros),
    boundText(figure),
  ])
  const widths = columnsOf(rows).map((cells) => Math.max(...cells.map((cell) => cell.length)))
  const line = (row: string[]) => {
    const cells = row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).filter((_, i) => widths[i] !== 0)
    return `  ${cells.join("  ")}`.trimEnd()
  }
  return [`${name}: ${about}`, ...rows.map(line), ...checks.map(checkText)].join("\n")
}

function columnsOf(rows: string[][]): string[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ""))
}

function spreadText({ values }: Figure): string {
  const { min, max } = spread(values)
  return values.length > 1 ? `(${shown(min)} … ${shown(max)})` : ""
}

function checkText({ name, holds, seen }: Check): string {
  return `  ${holds ? "holds" : "FAILED"}: ${name} (${seen})`
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
