/** What the checker knows of receipts and voters by itself: it shares no code with the product that it judges. */

import { createHmac } from "node:crypto"

/** What names a ballot among those of its voter: the position or the ballot id in its receipt. */
export type BallotPlace = { ms: number; seq: number }

/** Before every ballot. */
export const NO_BALLOT: BallotPlace = { ms: 0, seq: 0 }

export type OpenedReceipt = { shard: number; place: BallotPlace /** 32 hexadecimal digits. */; voter: string }

/*
 * A receipt is 40 bytes as base64url:
 *   0  shard      2 bytes
 *   2  ms         6 bytes
 *   8  seq        4 bytes
 *  12  voter     16 bytes
 *  28  seal      12 bytes: the first of HMAC-SHA256 of the bytes before
 * The bytes before the seal are written combined (XOR) with the first of HMAC-SHA256 of the seal. The keys of the two are HMAC-SHA256
 * of "receipt seal" and "receipt pad" under the poll's salt.
 */
const VOTER_AT = 12
const BODY = 28
const SEAL = 12
const VOTER_BYTES = 16

/** The receipt that this text is in the poll with this salt; null for any other text. */
export function openReceipt(salt: string, text: string): OpenedReceipt | null {
  const bytes = Buffer.from(text, "base64url")
  if (bytes.length !== BODY + SEAL || bytes.toString("base64url") !== text) return null
  combineWithPad(salt, bytes)
  if (!sealOf(salt, bytes).equals(bytes.subarray(BODY))) return null
  return {
    shard: bytes.readUInt16BE(0),
    place: { ms: bytes.readUIntBE(2, 6), seq: bytes.readUInt32BE(8) },
    voter: bytes.toString("hex", VOTER_AT, BODY),
  }
}

/** The text of a receipt. */
export function sealReceipt(salt: string, { shard, place, voter }: OpenedReceipt): string {
  const bytes = Buffer.alloc(BODY + SEAL)
  bytes.writeUInt16BE(shard, 0)
  bytes.writeUIntBE(place.ms, 2, 6)
  bytes.writeUInt32BE(place.seq, 8)
  bytes.write(voter, VOTER_AT, "hex")
  sealOf(salt, bytes).copy(bytes, BODY)
  combineWithPad(salt, bytes)
  return bytes.toString("base64url")
}

function sealOf(salt: string, bytes: Buffer): Buffer {
  return keyedBy(salt, "receipt seal", bytes.subarray(0, BODY)).subarray(0, SEAL)
}

/** Hides what stands before the seal, or shows it again. */
function combineWithPad(salt: string, bytes: Buffer): void {
  const pad = keyedBy(salt, "receipt pad", bytes.subarray(BODY))
  for (let i = 0; i < BODY; i++) bytes[i] = (bytes[i] ?? 0) ^ (pad[i] ?? 0)
}

function keyedBy(salt: string, purpose: string, content: Buffer): Buffer {
  const key = createHmac("sha256", salt).update(purpose).digest()
  return createHmac("sha256", key).update(content).digest()
}

/** The voter (32 hexadecimal digits) of whoever sends this `Idempotency-Key` in the poll with this salt. */
export function voterOfKey(salt: string, key: string): string {
  const text = `voter key ${key.toLowerCase()}`
  return createHmac("sha256", salt).update(text).digest().toString("hex", 0, VOTER_BYTES)
}

export function isSamePlace(a: BallotPlace, b: BallotPlace): boolean {
  return a.ms === b.ms && a.seq === b.seq
}

export function isBefore(a: BallotPlace, b: BallotPlace): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.seq < b.seq)
}
