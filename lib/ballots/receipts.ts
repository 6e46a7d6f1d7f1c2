/** A receipt: the place of a ballot and its voter, signed. It never says the option. */

import type { Position } from "./ballot"
import { keyed, keyedInto, sameBytes } from "./keyed"

export type Receipt = { shard: number; position: Position; voter: string }

/*
 * 40 bytes, written as 54 characters of base64url:
 *   0  shard      2 bytes
 *   2  ms         6 bytes
 *   8  seq        4 bytes
 *  12  voter     16 bytes
 *  28  signature 12 bytes, HMAC under the poll's salt: a receipt is valid for its own poll alone
 */
const BODY = 28
const SIGNATURE = 12
const LENGTH = 54

/** The same ballot always gets the same receipt. */
export function writeReceipt(salt: string, { shard, position, voter }: Receipt): string {
  const bytes = Buffer.allocUnsafe(BODY + SIGNATURE)
  bytes.writeUInt16BE(shard, 0)
  bytes.writeUIntBE(position.ms, 2, 6)
  bytes.writeUInt32BE(position.seq, 8)
  bytes.write(voter, 12, 16, "base64url")
  keyedInto(bytes, BODY, salt, signed(bytes), SIGNATURE)
  return bytes.toString("base64url")
}

/** The receipt of this poll that `text` stands for; null for any other text. */
export function readReceipt(salt: string, text: string): Receipt | null {
  if (text.length !== LENGTH) return null
  const bytes = Buffer.from(text, "base64url")
  // The decoder ignores foreign characters and spare bits: only the canonical spelling is a receipt.
  if (bytes.toString("base64url") !== text) return null
  if (!sameBytes(bytes.subarray(BODY), keyed(salt, signed(bytes), SIGNATURE))) return null
  return {
    shard: bytes.readUInt16BE(0),
    position: { ms: bytes.readUIntBE(2, 6), seq: bytes.readUInt32BE(8) },
    voter: bytes.toString("base64url", 12, BODY),
  }
}

function signed(bytes: Buffer): string {
  return `receipt ${bytes.toString("latin1", 0, BODY)}`
}
