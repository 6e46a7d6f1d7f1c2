import { expect, test } from "bun:test"
import { canonicalPath, pollOfShortPath, shortPath } from "./page-address"

test("The shortest path is the bare address for the default poll, and the id for any other.", () => {
  expect(shortPath({ id: "lunch", isDefault: true })).toBe("/")
  expect(shortPath({ id: "lunch", isDefault: false })).toBe("/lunch")
  expect(shortPath({ id: "api", isDefault: false })).toBe("/polls/api")
})

test.each([
  ["/lunch", "lunch"],
  ["/LUNCH/", "lunch"],
  ["/%6cunch%20", "lunch"],
  ["/ｌｕｎｃｈ", "lunch"],
  ["/api", null],
  ["/Metrics", null],
  ["/openapi.json", null],
  ["/favicon.ico", null],
  ["/lunch/break", null],
  ["/%ff", null],
  ["/", null],
])("%p stands for the poll %p.", (path, poll) => {
  expect(pollOfShortPath(path)).toBe(poll)
})

test.each([
  ["/polls/LUNCH", "/polls/lunch"],
  ["/polls/lunch/", "/polls/lunch"],
  ["/polls//lunch", "/polls/lunch"],
  ["/polls/Lunch/stage//", "/polls/lunch/stage"],
  ["/embed/LUNCH", "/embed/lunch"],
  ["/polls/LUNCH/receipts/AbC", "/polls/lunch/receipts/AbC"],
  ["/polls/lunch", "/polls/lunch"],
  ["/polls/déjeuner", "/polls/déjeuner"],
  ["/polls/%ff/", "/polls/%ff/"],
  ["/api/polls/LUNCH", "/api/polls/LUNCH"],
  ["//evil.example", "//evil.example"],
])("%p is spelt %p.", (path, spelt) => {
  expect(canonicalPath(path)).toBe(spelt)
})
