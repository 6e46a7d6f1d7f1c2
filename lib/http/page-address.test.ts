import { expect, test } from "bun:test"
import { canonicalPath, pollOfShortPath, shortPath } from "./page-address"

test("the shortest path is the bare address for the default poll, and the id for any other", () => {
  expect(shortPath({ id: "lunch", isDefault: true })).toBe("/")
  expect(shortPath({ id: "lunch", isDefault: false })).toBe("/lunch")
  expect(shortPath({ id: "api", isDefault: false })).toBe("/polls/api")
})

test.each([
  ["/lunch", "lunch"],
  ["/LUNCH/", "lunch"],
  ["/%6cunch%20", "lunch"],
  ["/ｌｕｎｃｈ", "lunch"],
  ["/lunch.", "lunch"],
  ["/%22lunch%22", "lunch"],
  ["/lunch%E2%80%8B", "lunch"],
  ["/lunch%E2%80%94break)", "lunch-break"],
  ["/lunch.php", null],
  ["/.", null],
  ["/api", null],
  ["/Metrics", null],
  ["/openapi.json", null],
  ["/favicon.ico", null],
  ["/lunch/break", null],
  ["/%ff", null],
  ["/", null],
])("%p stands for the poll %p", (path, poll) => {
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
  ["/POLLS/lunch", "/polls/lunch"],
  ["/polls/lunch.", "/polls/lunch"],
  ["/polls/lunch%E2%80%9D,", "/polls/lunch"],
  ["/polls/lunch/stage).", "/polls/lunch/stage"],
  ["/polls/lunch%E2%80%93break", "/polls/lunch-break"],
  ["/polls/lunch/receipts/-AbC_-.", "/polls/lunch/receipts/-AbC_-"],
  ["/polls/déjeuner", "/polls/déjeuner"],
  ["/polls/%ff/", "/polls/%ff/"],
  ["/api/polls/LUNCH", "/api/polls/LUNCH"],
  ["//evil.example", "//evil.example"],
])("%p is spelt %p", (path, spelt) => {
  expect(canonicalPath(path)).toBe(spelt)
})
