import { expect, test } from "bun:test"
import { formatCode } from "./code-format"

test.each([
  ["", "", ""],
  ["a", "", "A"],
  ["abcd", "ABC", "ABCD-"],
  ["ABCD", "ABCD-", "ABCD"],
  ["abcd 1234-efgh", "", "ABCD-1234-EFGH-"],
  ["abcd1234efgh5678", "", "ABCD-1234-EFGH-5678"],
  ["abcd1234efgh56789", "", "abcd1234efgh56789"],
  ["käse", "", "käse"],
])("%p after %p becomes %p.", (typed, before, shown) => {
  expect(formatCode(typed, before)).toBe(shown)
})
