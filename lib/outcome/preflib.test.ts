import { expect, test } from "bun:test"
import type { BallotMethod } from "../polls/ballot-method"
import { preflibHeader, preflibLine } from "./preflib"

/** In the order of the ballot, which is not that of their ids. */
const options = ["d", "a", "b", "c"].map((id) => ({ id, label: id.toUpperCase() }))
const file = (ballot: BallotMethod, alike: Readonly<Record<string, number>>) => {
  const poll = { id: "poll", title: "Which one?", options, ballot }
  const counts = Object.values(alike)
  const totals = { texts: counts.length, ballots: counts.reduce((sum, n) => sum + n, 0) }
  const header = preflibHeader(poll, totals, "2030-01-31")
  return header && [header, ...Object.entries(alike).map(([text, n]) => preflibLine(poll)(text, n))].join("")
}
const ballotsIn = (text: string | null) => text?.split("\n").filter((line) => line && !line.startsWith("#"))

test("ratings are a category each, the highest first, and what is not rated is in none", () => {
  const text = file({ method: "rate", highest: 2, abstain: true }, { A2B2D1: 3, A0: 2, B1C1: 2 })
  expect(text).toBe(`# FILE NAME: poll.cat
# TITLE: Which one?
# DESCRIPTION: 
# DATA TYPE: cat
# MODIFICATION TYPE: original
# RELATES TO: 
# RELATED FILES: 
# PUBLICATION DATE: 2030-01-31
# MODIFICATION DATE: 2030-01-31
# NUMBER ALTERNATIVES: 4
# NUMBER VOTERS: 7
# NUMBER UNIQUE PREFERENCES: 3
# NUMBER CATEGORIES: 3
# CATEGORY NAME 1: 2
# CATEGORY NAME 2: 1
# CATEGORY NAME 3: 0
# ALTERNATIVE NAME 1: A
# ALTERNATIVE NAME 2: B
# ALTERNATIVE NAME 3: C
# ALTERNATIVE NAME 4: D
3: {1,2},4,{}
2: {},{},1
2: {},{2,3},{}
`)
})

test("the rating 10 is a category as each other", () => {
  const text = file({ method: "rate", highest: 10, abstain: false }, { AaB9: 1 })
  expect(ballotsIn(text)).toEqual(["1: 1,2,{},{},{},{},{},{},{},{},{}"])
})

test("options that are chosen are one category, and all others another", () => {
  const text = file({ method: "choose", min: 1, max: "all", abstain: false }, { ABCD: 4, BD: 2, A: 1 })
  expect(text).toContain("# NUMBER CATEGORIES: 2\n# CATEGORY NAME 1: Chosen\n# CATEGORY NAME 2: Not chosen\n")
  expect(ballotsIn(text)).toEqual(["4: {1,2,3,4},{}", "2: {2,4},{1,3}", "1: 1,{2,3,4}"])
})

test("rankings are orders, and a poll without ballots has a file without them", () => {
  expect(ballotsIn(file({ method: "rank", max: "all", abstain: false }, { B: 2, CA: 1 }))).toEqual([
    "2: 2",
    "1: 3,1",
  ])
  expect(file({ method: "rate", highest: 5, abstain: true }, {})).toContain("# NUMBER VOTERS: 0\n")
})

test("motions, and ballots of one option, are no file: their results say all that can be counted of them", () => {
  expect(file({ method: "decide", abstain: false }, { AyBn: 1 })).toBeNull()
  expect(file({ method: "choose", min: 1, max: 1, abstain: true }, { a: 1 })).toBeNull()
})
