import { describe, expect, test } from "bun:test"
import { optionColours } from "./colour"
import { withDistinctColours } from "./option-hues"

type Option = { id: string; colour?: string }
const options = (colours: (string | undefined)[]): Option[] =>
  colours.map((colour, i) => ({ id: `o${i}`, ...(colour && { colour }) }))
const fills = (given: Option[]) =>
  withDistinctColours(given).map((option, i) => optionColours(option, i).light.fill)

describe("the hues of options", () => {
  test("an option without a colour has the hue of its place if no other option has chosen that", () => {
    const given = options([undefined, "#ff00ff", undefined])
    expect(withDistinctColours(given)).toEqual(given)
  })

  test("an option without a colour never gets one that looks like the colour of another option", () => {
    for (const colour of ["#0072b2", "#0072B2", "#0476b6"]) {
      const drawn = fills(options([undefined, undefined, colour]))
      expect(new Set(drawn).size).toBe(3)
      expect(drawn[0]).not.toBe("#0072b2")
    }
  })

  test("up to twelve options all look different", () => {
    const palette = options(Array.from({ length: 12 }, () => undefined)).map(
      (option, i) => optionColours(option, i).light.fill,
    )
    const chosen = palette.slice(6)
    const drawn = fills(options([...Array.from({ length: 6 }, () => undefined), ...chosen.toReversed()]))
    expect(new Set(drawn).size).toBe(12)
    const early = fills(options([...palette.slice(1, 6), ...Array.from({ length: 7 }, () => undefined)]))
    expect(new Set(early).size).toBe(12)
  })
})
