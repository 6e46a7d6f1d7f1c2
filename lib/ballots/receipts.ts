/**
 * A receipt: the place of a ballot and its voter, sealed so that only who has the poll's salt can read it. It never says the
 * option, nor the moment of the vote, which would lead to the option by way of the timeline.
 */

import { BoundedMap } from "../bounded-map"
import type { Position } from "./ballot"
import { keyed, keyedBytesInto, sameBytes } from "./keyed"

export type Receipt = { shard: number; position: Position; voter: string }

/*
 * 40 bytes, written as 54 characters of base64url:
 *   0  body 28 bytes, each combined (XOR) with one of the pad:
 *      0  shard   2 bytes
 *      2  ms      6 bytes
 *      8  seq     4 bytes
 *     12  voter  16 bytes
 *  28  seal      12 bytes, HMAC of the plain body: a receipt is valid for its own poll alone
 * The pad is HMAC of the seal, so that equal ballots have equal receipts and no two others share a pad, as in SIV (RFC 5297).
 * Both keys come from the poll's salt. Receipts of earlier versions have the body in the clear and a signature in the place of the seal.
 */
const BODY = 28
const SEAL = 12
const LENGTH = 54
/** The polls whose keys are kept. */
const KEPT_KEYS = 1_000

type Keys = { seal: Buffer; pad: Buffer }

const keys = new BoundedMap<string, Keys>(KEPT_KEYS)
/** Filled for each receipt: a new buffer costs as much as a digest. */
const PAD = Buffer.alloc(BODY)

/** The same ballot always gets the same receipt. */
export function writeReceipt(salt: string, { shard, position, voter }: Receipt): string {
  const { seal, pad } = keysOf(salt)
  const bytes = Buffer.allocUnsafe(BODY + SEAL)
  bytes.writeUInt16BE(shard, 0)
  bytes.writeUIntBE(position.ms, 2, 6)
  bytes.writeUInt32BE(position.seq, 8)
  bytes.write(voter, 12, 16, "base64url")
  keyedBytesInto(bytes, BODY, seal, bytes.subarray(0, BODY), SEAL)
  combine(bytes, pad)
  return bytes.toString("base64url")
}

/** The receipt of this poll that `text` stands for; null for any other text. */
export function readReceipt(salt: string, text: string): Receipt | null {
  if (text.length !== LENGTH) return null
  const bytes = Buffer.from(text, "base64url")
  // The decoder ignores foreign characters and spare bits: only the canonical spelling is a receipt.
  if (bytes.toString("base64url") !== text) return null
  const given = bytes.subarray(BODY)
  if (sameBytes(given, keyed(salt, `receipt ${bytes.toString("latin1", 0, BODY)}`, SEAL)))
    return contentOf(bytes)
  const { seal, pad } = keysOf(salt)
  combine(bytes, pad)
  const due = Buffer.alloc(SEAL)
  keyedBytesInto(due, 0, seal, bytes.subarray(0, BODY), SEAL)
  return sameBytes(given, due) ? contentOf(bytes) : null
}

function contentOf(bytes: Buffer): Receipt {
  return {
    shard: bytes.readUInt16BE(0),
    position: { ms: bytes.readUIntBE(2, 6), seq: bytes.readUInt32BE(8) },
    voter: bytes.toString("base64url", 12, BODY),
  }
}

/** Hides the body, or shows it again. */
function combine(bytes: Buffer, padKey: Buffer): void {
  keyedBytesInto(PAD, 0, padKey, bytes.subarray(BODY), BODY)
  for (let i = 0; i < BODY; i++) bytes[i] = (bytes[i] ?? 0) ^ (PAD[i] ?? 0)
}

function keysOf(salt: string): Keys {
  const known = keys.get(salt)
  if (known) return known
  const made = { seal: keyed(salt, "receipt seal", 32), pad: keyed(salt, "receipt pad", 32) }
  keys.set(salt, made)
  return made
}
