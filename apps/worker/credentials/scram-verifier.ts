/** What Postgres keeps of a password. A statement with it in the place of the password tells nobody who reads a log how to log in. */

import { createHash, createHmac, pbkdf2Sync } from "node:crypto"

/** Postgres's own count. Our passwords have 192 random bits, which no count makes easier or harder to guess. */
const ITERATIONS = 4_096
const KEY_BYTES = 32

/**
 * The verifier of a password for SCRAM-SHA-256 (RFC 5802), in the form of `pg_authid.rolpassword`; Postgres takes it as it is.
 * @param password ASCII, so that preparing it (SASLprep) changes nothing
 * @param salt at least 16 bytes
 */
export function scramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, "sha256")
  const keyOf = (name: string) => createHmac("sha256", salted).update(name).digest()
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64")
  const serverKey = keyOf("Server Key").toString("base64")
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString("base64")}$${storedKey}:${serverKey}`
}
