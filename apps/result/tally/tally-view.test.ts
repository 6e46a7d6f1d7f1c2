import { describe, expect, test } from "bun:test"
import { optionColours } from "@tallyroom/lib/ui/colour"
import type { Snapshot } from "./snapshot"
import { inOrder, tallyViewOf } from "./tally-view"

const snapshot = (votes: number[], hidden = false): Snapshot => ({
  ...{ poll: "p", number: 1, title: "P", state: "open", phase: "open", results: "live", version: 1 },
  ...{ opensAt: null, closesAt: null, finalAt: null, hidden },
  total: votes.reduce((sum, it) => sum + it, 0),
  options: votes.map((it, i) => ({ id: `o${i}`, label: `Option ${i}`, votes: it })),
})
const ids = (rows: { option: { id: string } }[]) => rows.map(({ option }) => option.id)

describe("the view of a tally", () => {
  test("there is no view while no counts are shown", () => {
    expect(tallyViewOf(snapshot([1, 2], true))).toBeNull()
  })

  test("without votes there are no shares, no bars and no leader", () => {
    const view = tallyViewOf(snapshot([0, 0]))
    expect(view?.rows.map(({ share, length }) => [share, length])).toEqual([
      [null, 0],
      [null, 0],
    ])
    expect(view?.leaders).toEqual([])
  })

  test("options with equally many votes have equal shares", () => {
    expect(tallyViewOf(snapshot([5, 5, 3]))?.rows.map(({ share }) => share)).toEqual([0.385, 0.385, 0.231])
  })

  test("all options with the most votes lead", () => {
    expect(ids(tallyViewOf(snapshot([3, 1, 3]))?.leaders ?? [])).toEqual(["o0", "o2"])
  })

  test("a full bar means all votes for few options, and those of the leader for many", () => {
    expect(tallyViewOf(snapshot([3, 1]))?.rows.map(({ length }) => length)).toEqual([0.75, 0.25])
    expect(tallyViewOf(snapshot([4, 2, 1, 1, 0]))?.rows.map(({ length }) => length)).toEqual([
      1, 0.5, 0.25, 0.25, 0,
    ])
  })

  test("the share that a full bar means is known where that is not all votes", () => {
    const of = (votes: number[]) => tallyViewOf(snapshot(votes))
    const shares = [
      [3, 1],
      [4, 2, 1, 1, 0],
      [0, 0, 0, 0, 0],
    ]
      .map(of)
      .map((it) => it?.full)
    expect(shares).toEqual([null, 0.5, null])
  })

  test("where a ballot chooses several options, shares and full bars are of the ballots that chose any", () => {
    const ballot = { method: "choose", min: 1, max: 2, abstain: true } as const
    const view = tallyViewOf({ ...snapshot([3, 2]), ballot, total: 8, abstained: 4 })
    expect(view?.rows.map(({ share, length }) => [share, length])).toEqual([
      [0.75, 0.75],
      [0.5, 0.5],
    ])
    const nobody = tallyViewOf({ ...snapshot([0, 0]), ballot, total: 4, abstained: 4 })
    expect(nobody?.rows.map(({ share, length }) => [share, length])).toEqual([
      [null, 0],
      [null, 0],
    ])
  })

  test("the most first preferences make no leader", () => {
    const ballot = { method: "rank", max: "all", abstain: false } as const
    const view = tallyViewOf({ ...snapshot([3, 2]), ballot })
    expect([view?.leaders, view?.rows.map(({ leads }) => leads)]).toEqual([[], [false, false]])
  })

  test("no option is drawn in the colour that another one has chosen", () => {
    const chosen = snapshot([1, 1, 1])
    const options = chosen.options.map((option, i) => (i === 2 ? { ...option, colour: "#0072b2" } : option))
    const rows = tallyViewOf({ ...chosen, options })?.rows ?? []
    const fills = rows.map(({ option, index }) => optionColours(option, index).light.fill)
    expect(fills[2]).toBe("#0072b2")
    expect(new Set(fills).size).toBe(3)
  })

  test("a single vote among many can be seen", () => {
    expect(tallyViewOf(snapshot([1, 99_999]))?.rows[0]?.length).toBeGreaterThan(0.005)
  })

  test("in the order of votes, options with equally many votes stay as on the ballot", () => {
    const rows = tallyViewOf(snapshot([1, 5, 1, 5]))?.rows ?? []
    expect(ids(inOrder(rows, "votes"))).toEqual(["o1", "o3", "o0", "o2"])
    expect(ids(inOrder(rows, "ballot"))).toEqual(["o0", "o1", "o2", "o3"])
  })
})
