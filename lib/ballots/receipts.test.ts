import { expect, test } from "bun:test"
import fc from "fast-check"
import { readReceipt, writeReceipt } from "./receipts"

const salt = "s".repeat(43)
const voter = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString("base64url"))
const receipt = fc.record({
  shard: fc.nat(1_023),
  position: fc.record({ ms: fc.nat(2 ** 31).map((n) => n * 1_000), seq: fc.nat(2 ** 31 - 1) }),
  voter,
})

test("a receipt reads back as what was written, and is the same each time", () => {
  fc.assert(
    fc.property(receipt, (written) => {
      const text = writeReceipt(salt, written)
      expect(readReceipt(salt, text)).toEqual(written)
      expect(writeReceipt(salt, written)).toBe(text)
    }),
  )
})

test("a receipt of an earlier version, whose body is in the clear, stays valid", () => {
  const old = "AAEBmsh5xgAAAAAFAwMDAwMDAwMDAwMDAwMDA0iGaETItP4N_52mFQ"
  const position = { ms: 1_764_300_015_104, seq: 5 }
  const read = { shard: 1, position, voter: Buffer.alloc(16, 3).toString("base64url") }
  expect(readReceipt(salt, old)).toEqual(read)
  expect(writeReceipt(salt, read)).not.toBe(old)
})

test("nothing in a receipt but a poll's salt tells when its vote was cast, nor which two were cast by one voter", () => {
  fc.assert(
    fc.property(receipt, fc.nat(20), (written, later) => {
      const [one, two] = [0, later + 1].map((ms) => {
        const position = { ...written.position, ms: written.position.ms + ms }
        return Buffer.from(writeReceipt(salt, { ...written, position }), "base64url")
      })
      const same = one?.filter((byte, i) => byte === two?.[i]).length ?? 0
      // By chance a byte is the same once in 256.
      expect(same).toBeLessThan(8)
    }),
  )
})

test("a receipt of another poll, one that was changed in any character and garbage are no receipts", () => {
  fc.assert(
    fc.property(receipt, fc.nat(53), fc.string(), (written, at, garbage) => {
      const text = writeReceipt(salt, written)
      expect(readReceipt("t".repeat(43), text)).toBeNull()
      const other = text[at] === "A" ? "B" : "A"
      expect(readReceipt(salt, text.slice(0, at) + other + text.slice(at + 1))).toBeNull()
      expect(readReceipt(salt, garbage)).toBeNull()
    }),
  )
})
