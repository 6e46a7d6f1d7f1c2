/** What panels of numbers over time share: a title, an axis of values with its grid, and paths through slots. */

import { LEFT, lineFrom, RIGHT, type TimeScale, textAt } from "./frame"
import { roundValues } from "./scale"
import { type Markup, short } from "./svg"
import { amount } from "./verdict"

const TITLE_HEIGHT = 30

export type ValueAxis = {
  /** Where a value stands. */
  y(value: number): number
  /** Where the plot begins and ends. */
  top: number
  bottom: number
  markup: Markup[]
}

/** @param top where the panel begins @param height of the plot, without the title */
export function valueAxis(title: string, top: number, height: number, highest: number, most = 4): ValueAxis {
  const values = roundValues(highest, most)
  const end = values.at(-1) ?? 1
  const [first, last] = [top + TITLE_HEIGHT, top + TITLE_HEIGHT + height]
  const y = (value: number) => last - (value / end) * height
  const rows = values.flatMap((value) => [
    lineFrom(LEFT, y(value), RIGHT, y(value), value === 0 ? "edge" : "line"),
    textAt(LEFT - 10, y(value) + 5, amount(value), "muted", { size: "small", anchor: "end" }),
  ])
  return {
    y,
    top: first,
    bottom: last,
    markup: [textAt(LEFT, top + 14, title, "ink", { size: "panel" }), ...rows],
  }
}

type Place = readonly [x: number, y: number]

const pathThrough = (places: readonly Place[]) =>
  places.map(([x, y], i) => `${i === 0 ? "M" : "L"}${short(x)} ${short(y)}`).join("")

/** From 0 through what stood at the end of each slot. */
export function linePath(values: readonly number[], slotMs: number, x: TimeScale, y: ValueAxis["y"]): string {
  return pathThrough([0, ...values].map((value, i) => [x(i * slotMs), y(value)]))
}

/** An area of steps, one a slot, from `base` to `values` above it. */
export function stepsPath(
  base: readonly number[],
  values: readonly number[],
  slotMs: number,
  x: TimeScale,
  y: ValueAxis["y"],
): string {
  const steps = (heights: readonly number[]) =>
    heights.flatMap((height, i): Place[] => [
      [x(i * slotMs), y(height)],
      [x((i + 1) * slotMs), y(height)],
    ])
  const upper = base.map((low, i) => low + (values[i] ?? 0))
  return `${pathThrough([...steps(upper), ...steps(base).toReversed()])}Z`
}

/** Without spreading: a run may have many slots. 0 of nothing. */
export function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
