import { expect, test } from "bun:test"
import { Problem } from "../errors"
import { nextIn, offsetIn, POLLS_A_PART } from "./list-part"

const asked = (query: string) => offsetIn(new URL(`http://localhost/api/polls${query}`))

test("a list begins with its first poll, or where it is asked for", () => {
  expect([asked(""), asked("?offset=0"), asked("?offset=300")]).toEqual([0, 0, 300])
})

test("an offset that is no whole number is refused", () => {
  for (const text of ["-1", "1.5", "x", "", "1e3", "9999999999", "%00"])
    expect(() => asked(`?offset=${text}`)).toThrow(Problem)
})

test("an answer names the next part where there is one", () => {
  expect(nextIn(200, true)).toEqual({ next: 200 + POLLS_A_PART })
  expect(nextIn(200, false)).toEqual({})
})
