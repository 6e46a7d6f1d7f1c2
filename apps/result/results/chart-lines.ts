/** Which lines a chart has, and how they are told apart. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import { inOrder, type TallyRow } from "../tally/tally-view"
import type { ChartData } from "./browser/chart"
import type { History } from "./history"

/** More lines could not be told apart. */
const MOST_LINES = 8
/** By dashes too, for eyes that don't tell the colours apart. */
const DASHES = [[], [10, 5], [3, 4], [14, 4, 3, 4]]

export type ColourScheme = "light" | "dark"

/** The options with the most votes, in the order of the ballot. */
export function chartRows(rows: TallyRow[]): TallyRow[] {
  if (rows.length <= MOST_LINES) return rows
  const leading = new Set(inOrder(rows, "votes").slice(0, MOST_LINES))
  return rows.filter((row) => leading.has(row))
}

export function dashOf(place: number): number[] {
  return DASHES[place % DASHES.length] ?? []
}

/** The lines go on a little after the last votes, so that their step can be seen: so much of the span. */
const TAIL = 0.04

export function chartData(rows: TallyRow[], history: History, scheme: ColourScheme): ChartData {
  const points = withTail(history)
  return {
    seconds: points.map(([second]) => second),
    votes: rows.map(({ option }) => points.map(([, votes]) => votes[option.id] ?? 0)),
    lines: rows.map(({ option, index }, i) => ({
      label: option.label,
      colour: optionColours(option, index)[scheme].fill,
      dash: dashOf(i),
    })),
  }
}

function withTail(history: History): History {
  const [first, last] = [history[0], history[history.length - 1]]
  if (!first || !last) return history
  return [...history, [last[0] + Math.max(1, Math.round(TAIL * (last[0] - first[0]))), last[1]]]
}
