import { describe, expect, test } from "bun:test"
import type { Snapshot } from "../tally/snapshot"
import { extended, type History, historyOf, upTo } from "./history"

const snapshot = (a: number, b = 0): Snapshot => ({
  ...{
    poll: "p",
    number: 1,
    title: "P",
    state: "open",
    phase: "open",
    results: "live",
    version: 1,
    hidden: false,
  },
  ...{ opensAt: null, closesAt: null, finalAt: null, total: a + b },
  options: [
    { id: "a", label: "A", votes: a },
    { id: "b", label: "B", votes: b },
  ],
})

describe("a history", () => {
  test("a history begins at zero, one step before the first votes", () => {
    const timeline = { stepSeconds: 10, points: [[100, { a: 2, b: 1 }]] satisfies History }
    expect(historyOf(timeline, snapshot(2, 1))).toEqual([
      [90, { a: 0, b: 0 }],
      [100, { a: 2, b: 1 }],
    ])
  })

  test("an answer that is older than the page goes on to what the page shows, and a newer one stays as it is", () => {
    const points: History = [[100, { a: 2, b: 1 }]]
    const told = (version: number) => ({ number: 1, version, timeline: { stepSeconds: 10, points } })
    const shown = { ...snapshot(5, 1), version: 7 }
    expect(upTo(shown, told(6), 104_000).at(-1)).toEqual([104, { a: 5, b: 1 }])
    expect(upTo(shown, told(8), 104_000).at(-1)).toEqual([100, { a: 2, b: 1 }])
  })

  test("a history without votes is empty, and begins with the first live votes", () => {
    expect(extended([], snapshot(0), 5_000)).toEqual([])
    expect(extended([], snapshot(1), 5_900)).toEqual([
      [4, { a: 0, b: 0 }],
      [5, { a: 1, b: 0 }],
    ])
  })

  test("a history has one point for each second, and none for a snapshot that changed nothing", () => {
    let history: History = []
    for (const [votes, ms] of [
      [1, 5_000],
      [2, 5_500],
      [3, 6_000],
      [3, 9_000],
    ] as const) {
      history = extended(history, snapshot(votes), ms)
    }
    expect(history.map(([second, votes]) => [second, votes.a])).toEqual([
      [4, 0],
      [5, 2],
      [6, 3],
    ])
  })

  test("a history never goes back in time, and stays small however long somebody watches", () => {
    let history = extended([], snapshot(1), 10_000)
    history = extended(history, snapshot(2), 9_000)
    expect(history.map(([second]) => second)).toEqual([9, 10])
    for (let i = 0; i < 5_000; i++) history = extended(history, snapshot(3 + i), 11_000 + i * 1_000)
    expect(history.length).toBeLessThanOrEqual(600)
    expect(history.at(-1)?.[1].a).toBe(5_002)
  })
})
