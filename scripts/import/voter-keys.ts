/** Which voter a row is: the same at every run, and known to nobody who hasn't this checkout's key. */

import { createHmac } from "node:crypto"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { STATE_DIR } from "../services/checkout"
import { keptSecrets } from "../services/secrets"

export type VoterKeys = (row: { voter?: string | undefined; line: number }) => string

/**
 * A voter named in the file is the same in every file; a row without one is a voter of its own, told by its line and the
 * file's content.
 * @returns a function that gives a UUID for `Idempotency-Key`
 */
export async function voterKeys(file: string, stateDir = STATE_DIR): Promise<VoterKeys> {
  const { voters } = keptSecrets(join(stateDir, "import.json"), ["voters"])
  const digest = await digestOf(file)
  return ({ voter, line }) =>
    uuid(
      createHmac("sha256", voters)
        .update(voter ? `voter ${voter}` : `row ${digest} ${line}`)
        .digest(),
    )
}

/** Version 8: bits of our own (RFC 9562). */
function uuid(digest: Buffer): string {
  const hex = digest.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

async function digestOf(file: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256")
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest("hex")
}
