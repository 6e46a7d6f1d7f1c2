import { expect, test } from "bun:test"
import fc from "fast-check"
import { optionColours } from "./colour"
import { contrast, fromHex } from "./contrast"

const CARDS = { light: "#fffdf8", dark: "#172139" } as const

test("whatever colour an option wants, it can be seen on the card and text on it can be read", () => {
  const anyColour = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, "0")}`)
  fc.assert(
    fc.property(anyColour, (colour) => {
      const colours = optionColours({ colour }, 0)
      for (const scheme of ["light", "dark"] as const) {
        const { fill, ink } = colours[scheme]
        expect(contrast(fromHex(fill), fromHex(CARDS[scheme]))).toBeGreaterThanOrEqual(3)
        expect(contrast(fromHex(fill), fromHex(ink))).toBeGreaterThanOrEqual(4.5)
      }
    }),
  )
})

test("a colour that can be seen stays as it is, and the cards of the theme have the colours that are checked", async () => {
  expect(optionColours({ colour: "#0072b2" }, 5).light.fill).toBe("#0072b2")
  const theme = await Bun.file(new URL("theme.css", import.meta.url)).text()
  expect(theme).toContain(`--raised: light-dark(${CARDS.light}, ${CARDS.dark})`)
})

test("twelve options without a colour get twelve different ones", () => {
  const fills = Array.from({ length: 12 }, (_, i) => optionColours({}, i).light.fill)
  expect(new Set(fills).size).toBe(12)
})
