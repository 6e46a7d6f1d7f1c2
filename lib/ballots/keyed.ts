/** HMAC-SHA256 under a poll's salt or a secret, of which voters, codes, receipts and signed cookies are made. */

import { timingSafeEqual } from "node:crypto"

/** Each digest is written here before it is copied: a vote needs three, and a new buffer costs more than a digest. */
const DIGEST = Buffer.alloc(64)

function digest(key: string | Buffer, text: string): Buffer {
  new Bun.CryptoHasher("sha256", key).update(text).digest(DIGEST)
  return DIGEST
}

/** The first `bytes` (at most 32) of HMAC-SHA256 of `text` under `key` (RFC 2104). */
export function keyed(key: string | Buffer, text: string, bytes: number): Buffer {
  return Buffer.from(digest(key, text).subarray(0, bytes))
}

/** The same bytes as base64url. */
export function keyedText(key: string | Buffer, text: string, bytes: number): string {
  return digest(key, text).toString("base64url", 0, bytes)
}

/** Writes the first `bytes` of HMAC-SHA256 of `text` under `key` into `target` from `at` on. */
export function keyedBytesInto(target: Buffer, at: number, key: Buffer, text: Buffer, bytes: number): void {
  new Bun.CryptoHasher("sha256", key).update(text).digest(DIGEST)
  DIGEST.copy(target, at, 0, bytes)
}

/** Whether two byte strings are equal. The time that it takes depends on their lengths alone. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
