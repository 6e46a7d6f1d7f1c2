/** HMAC-SHA256 under a poll's salt or a secret: the one primitive behind voters, codes, receipts and cookies. */

import { timingSafeEqual } from "node:crypto"

/** The first `bytes` (at most 32) of HMAC-SHA256 of `text` under `key` (RFC 2104). */
export function keyed(key: string | Buffer, text: string, bytes: number): Buffer {
  return new Bun.CryptoHasher("sha256", key).update(text).digest().subarray(0, bytes) as Buffer
}

/** Compares two byte strings in a time that depends on their lengths alone. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
