/** HMAC-SHA256 under a poll's salt or a secret: the one primitive behind voters, codes, receipts and cookies. */

import { timingSafeEqual } from "node:crypto"

/** Where each digest lands before it is taken over: a vote needs three, and buffers cost more than the digests. */
const DIGEST = Buffer.alloc(64)

function digest(key: string | Buffer, text: string): Buffer {
  new Bun.CryptoHasher("sha256", key).update(text).digest(DIGEST)
  return DIGEST
}

/** The first `bytes` (at most 32) of HMAC-SHA256 of `text` under `key` (RFC 2104). */
export function keyed(key: string | Buffer, text: string, bytes: number): Buffer {
  return Buffer.from(digest(key, text).subarray(0, bytes))
}

/** The same as base64url. */
export function keyedText(key: string | Buffer, text: string, bytes: number): string {
  return digest(key, text).toString("base64url", 0, bytes)
}

/** The same, written into `target` from `at` on. */
export function keyedInto(
  target: Buffer,
  at: number,
  key: string | Buffer,
  text: string,
  bytes: number,
): void {
  digest(key, text).copy(target, at, 0, bytes)
}

/** Compares two byte strings in a time that depends on their lengths alone. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
