/**
 * Makes a voter's key for the vote app: it is the same at every run, and nobody without this checkout's secret can know
 * it.
 */

import { createHmac } from "node:crypto"
import { join } from "node:path"
import { STATE_DIR } from "../../services/checkout"
import { keptSecrets } from "../../services/secrets"

/** @returns a function that gives a UUID for `Idempotency-Key`, the same for a voter in every file */
export function voterKeys(stateDir = STATE_DIR): (voter: string) => string {
  const { voters } = keptSecrets(join(stateDir, "import.json"), ["voters"])
  return (voter) => uuid(createHmac("sha256", voters).update(`voter ${voter}`).digest())
}

/** Version 8: bits of our own (RFC 9562). */
function uuid(digest: Buffer): string {
  const hex = digest.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
