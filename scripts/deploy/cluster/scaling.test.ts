import { expect, test } from "bun:test"
import { millicores } from "./scaling"

test.each([
  ["250m", 250],
  ["2", 2_000],
  ["0.5", 500],
  ["123456789n", 123.456789],
  ["1500u", 1.5],
  ["0", 0],
])("%s of a processor is %p thousandths of a core", (quantity, thousandths) => {
  expect(millicores(quantity)).toBeCloseTo(thousandths)
})

test("a text that is no quantity, or is not there yet, is not a number", () => {
  expect([millicores("much"), millicores(undefined)]).toEqual([Number.NaN, Number.NaN])
})
