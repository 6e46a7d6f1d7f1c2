/** What sentinels say of a master, and what follows from it. */

import { expect, test } from "bun:test"
import { doubtOf, judge, type SentinelReport } from "./sentinel-verdict"

const MASTER = { host: "10.0.0.1", port: 6379 }
const calm: SentinelReport = {
  ...MASTER,
  ...{ epoch: 3, votedEpoch: 3, sentinels: 3, isBeingReplaced: false, isDown: false },
}
const voted = { ...calm, votedEpoch: 4 }

test.each<[string, (SentinelReport | null)[], string]>([
  ["all say so", [calm, calm, calm], "stays"],
  ["most say so, and one says nothing", [calm, null, calm], "stays"],
  ["one alone says so", [null, calm, null], "unknown"],
  ["one alone is asked of three that there are", [calm], "unknown"],
  ["two are asked of three that there are", [calm, calm], "stays"],
  ["two of four that are asked say so", [calm, calm, null, null], "unknown"],
  ["most have voted, and another may have been elected", [voted, voted, null], "unknown"],
  ["one has voted, and most have not", [voted, calm, calm], "stays"],
  ["one has voted, and one says nothing", [voted, calm, null], "unknown"],
  ["most have voted, and all say that they are not at work", [voted, voted, calm], "stays"],
  ["one takes it for down", [calm, { ...calm, isDown: true }, calm], "stays"],
  ["most take it for down", [calm, { ...calm, isDown: true }, { ...calm, isDown: true }], "unknown"],
  ["one is at work on replacing it", [calm, { ...calm, isBeingReplaced: true }, calm], "replaced"],
  [
    "one names another since a later election",
    [calm, calm, { ...calm, host: "10.0.0.2", epoch: 4 }],
    "replaced",
  ],
  [
    "one was cut off and names an earlier one",
    [calm, calm, { ...calm, host: "10.0.0.2", epoch: 2 }],
    "stays",
  ],
  ["all name another", [calm, calm, calm].map((it) => ({ ...it, port: 6380 })), "replaced"],
  ["nobody says anything", [null, null, null], "unknown"],
])("of sentinels, %s: %#", (_, said, verdict) => {
  expect(judge(MASTER, said, false)).toBe(verdict as never)
})

test("an election that is long over is none, unless somebody says that it is at work", () => {
  expect(judge(MASTER, [voted, voted, null], true)).toBe("stays")
  expect(judge(MASTER, [voted, { ...voted, isBeingReplaced: true }, null], true)).toBe("replaced")
})

test("a doubt says what a sentinel said", () => {
  expect(doubtOf(voted, MASTER)).toBe("has voted for a sentinel that wants to replace the master")
  expect(doubtOf({ ...calm, port: 6380 }, MASTER)).toBe("names the master 10.0.0.1:6380")
  expect(doubtOf(calm, MASTER)).toBe("knows of no other")
})
