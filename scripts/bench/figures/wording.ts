/** How figures are worded, on the terminal, in docs/benchmarks.md and in its charts. */

import { type Bound, type Figure, keepsBound, median } from "./rounds"

/** Three digits say enough. */
export function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-GB")
  if (Math.abs(value) >= 1) return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
  return value.toFixed(value === 0 ? 0 : 3)
}

export function withUnit(value: string, unit: string): string {
  return unit === "" ? value : `${value} ${unit}`
}

export function boundText(figure: Figure): string {
  return figure.bound ? `${boundWords(figure.bound)}: ${keepsBound(figure) ? "met" : "MISSED"}` : ""
}

export function boundWords({ kind, value }: Bound): string {
  return `${kind} ${value}`
}

/**
 * CPU in bare answers; nothing for what is no CPU.
 * @param bareMicros the CPU of one bare answer in the same run
 */
export function bareAnswersText(figure: Figure, bareMicros: number): string {
  return figure.cpuOf === undefined ? "" : `${shown(median(figure.values) / bareMicros)} bare answers`
}
