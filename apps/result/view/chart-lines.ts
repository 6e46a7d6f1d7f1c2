/** Which lines a chart has, and how they are told apart. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import type { ChartData } from "../browser/chart"
import type { History } from "./history"
import { inOrder, type Row } from "./standing"

/** More lines could not be told apart. */
export const MOST_LINES = 8
/** By dashes too, for eyes that don't tell the colours apart. */
const DASHES = [[], [10, 5], [3, 4], [14, 4, 3, 4]]

export type Scheme = "light" | "dark"

/** The options with the most votes, in the order of the ballot. */
export function chartRows(rows: Row[]): Row[] {
  if (rows.length <= MOST_LINES) return rows
  const leading = new Set(inOrder(rows, "votes").slice(0, MOST_LINES))
  return rows.filter((row) => leading.has(row))
}

export function dashOf(place: number): number[] {
  return DASHES[place % DASHES.length] ?? []
}

export function chartData(rows: Row[], history: History, scheme: Scheme): ChartData {
  return {
    seconds: history.map(([second]) => second),
    votes: rows.map(({ option }) => history.map(([, votes]) => votes[option.id] ?? 0)),
    lines: rows.map(({ option, index }, i) => ({
      label: option.label,
      colour: optionColours(option, index)[scheme].fill,
      dash: dashOf(i),
    })),
  }
}
