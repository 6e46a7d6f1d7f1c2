/** The lines of a chart, and how readers tell them apart. */

import { countOf } from "@tallyroom/lib/polls/counts"
import { optionColours } from "@tallyroom/lib/ui/colour"
import { inOrder, type TallyRow } from "../tally/tally-view"
import type { ChartData } from "./browser/chart"
import type { History } from "./history"

/** Nobody could tell more lines apart. */
const MOST_LINES = 8
/** Lines differ by dashes too, for readers who can't tell the colours apart. */
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

/** By this part of the span the lines go on after the last votes, so that their last step can be seen. */
const TAIL = 0.04

export function chartData(rows: TallyRow[], history: History, scheme: ColourScheme): ChartData {
  const points = withTail(history)
  return {
    seconds: points.map(([second]) => second),
    votes: rows.map(({ option }) => points.map(([, votes]) => countOf(votes, option.id))),
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
