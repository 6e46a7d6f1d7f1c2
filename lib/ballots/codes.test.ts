import { expect, test } from "bun:test"
import fc from "fast-check"
import { MAX_CODES, readCode, writeCode } from "./codes"

const salt = "s".repeat(43)
/** The character in full width, as Japanese keyboards write it. */
const wide = (character: string) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0)
const serial = fc.nat(MAX_CODES - 1)

test("a code is verified however it was typed", () => {
  fc.assert(
    fc.property(serial, (serial) => {
      const code = writeCode(salt, serial)
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
      const canonical = code.replaceAll("-", "")
      const typed = [code, ` ${code.toLowerCase()} `, code.replaceAll("0", "O").replaceAll("1", "l")]
      typed.push(code.replaceAll("-", " – "), code.replace(/[!-~]/g, wide))
      typed.push(`\u200B${code.replaceAll("-", "-\u00AD")}\uFEFF`)
      for (const text of typed) expect(readCode(salt, text)).toBe(canonical)
    }),
  )
})

test("a code of another poll, one with another serial and garbage are no codes", () => {
  fc.assert(
    fc.property(serial, fc.string({ maxLength: 100 }), (serial, garbage) => {
      const code = writeCode(salt, serial)
      expect(readCode("t".repeat(43), code)).toBeNull()
      const next = writeCode(salt, (serial + 1) % MAX_CODES)
      expect(readCode(salt, next.slice(0, 7) + code.slice(7))).toBeNull()
      expect(readCode(salt, garbage)).toBeNull()
    }),
  )
})

test("every serial has a code of its own", () => {
  expect(new Set(Array.from({ length: 5_000 }, (_, serial) => writeCode(salt, serial))).size).toBe(5_000)
})
