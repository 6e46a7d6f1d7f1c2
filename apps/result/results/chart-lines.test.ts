import { expect, test } from "bun:test"
import type { TallyRow } from "../tally/tally-view"
import { chartData } from "./chart-lines"
import type { History } from "./history"

const row = (id: string): TallyRow => ({
  ...{
    option: { id, label: id.toUpperCase() },
    index: 0,
    votes: 3,
    share: 1,
    length: 1,
    leads: true,
    tied: false,
    motion: null,
    rated: null,
  },
})

test("the lines of a chart go on a little after the last votes", () => {
  const history: History = [
    [1_000, { a: 0 }],
    [1_001, { a: 2 }],
    [1_100, { a: 3 }],
  ]
  const { seconds, votes } = chartData([row("a")], history, "light")
  expect(seconds).toEqual([1_000, 1_001, 1_100, 1_104])
  expect(votes).toEqual([[0, 2, 3, 3]])
  expect(chartData([row("a")], history.slice(0, 2), "light").seconds).toEqual([1_000, 1_001, 1_002])
  expect(chartData([row("a")], [], "light").seconds).toEqual([])
})
