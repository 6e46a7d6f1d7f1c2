import { expect, test } from "bun:test"
import { countOf } from "./counts"

test("an option that is called as what every object has gets the votes that it is given, and else none", () => {
  expect(countOf({ constructor: 3 } as unknown as Record<string, number>, "constructor")).toBe(3)
  for (const option of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(countOf({ a: 1 }, option)).toBe(0)
  }
})
