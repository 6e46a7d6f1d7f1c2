import { expect, test } from "bun:test"
import { formatCode, isWhole } from "./code-format"

test.each([
  ["", "", ""],
  ["a", "", "A"],
  ["abcd", "ABC", "ABCD-"],
  ["ABCD", "ABCD-", "ABCD"],
  ["abcd 1234-efgh", "", "ABCD-1234-EFGH-"],
  ["abcd1234efgh5678", "", "ABCD-1234-EFGH-5678"],
  ["abcd1234efgh56789", "", "abcd1234efgh56789"],
  ["käse", "", "käse"],
])("%p after %p becomes %p", (typed, before, shown) => {
  expect(formatCode(typed, before)).toBe(shown)
})

test("a text can be a code if it has as many letters and digits as one, whatever stands between them", () => {
  const codes = [
    "ABCD-1234-EFGH-5678",
    "abcd 1234 efgh 5678",
    "ＡＢＣＤ１２３４ＥＦＧＨ５６７８",
    "abcd–1234\u200befgh5678",
  ]
  for (const typed of codes) expect([typed, isWhole(typed)]).toEqual([typed, true])
  for (const typed of ["", "WRONG", "ABCD-1234-EFGH-567", "ABCD-1234-EFGH-5678-9", "käse-1234-efgh-5678"])
    expect([typed, isWhole(typed)]).toEqual([typed, false])
})
