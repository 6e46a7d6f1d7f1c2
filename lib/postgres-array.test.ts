import { expect, test } from "bun:test"
import { numberArray, textArray } from "./postgres-array"

test("numbers are written as an array of Postgres", () => {
  expect(numberArray([])).toBe("{}")
  expect(numberArray(new Set([1, 2_147_483_647]))).toBe("{1,2147483647}")
})

test("texts are quoted, so that none of them is taken for NULL, a comma or the end", () => {
  expect(textArray([])).toBe("{}")
  expect(textArray(["null", "", "a,b", "c}"])).toBe('{"null","","a,b","c}"}')
  expect(textArray(["a", 'say "no"', "back\\slash"])).toBe('{"a","say \\"no\\"","back\\\\slash"}')
})
