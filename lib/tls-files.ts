/** Files for TLS: an authority's certificates, and a certificate with its key. They are renewed while apps run. */

import { createSecureContext } from "node:tls"
import { lastGood } from "./last-good"
import { readSmallFile } from "./small-file"

/** Paths of files in PEM. Without a CA, certificates are verified by those that everybody trusts. */
export type TlsFiles = { ca?: string; cert?: string; key?: string }

/**
 * The content of the files, for `tls.connect`.
 * @throws {Error} for what `tls.connect` would not take: that throws where clients of stores don't expect it, and never connect again
 */
export function readTlsFiles(files: TlsFiles = {}, passphrase?: string): TlsFiles {
  const content = Object.fromEntries(
    Object.entries(files).map(([name, path]) => [name, readPem(path, name)]),
  ) as TlsFiles
  if (Object.keys(content).length === 0) return content
  createSecureContext({ ...content, ...(passphrase !== undefined && { passphrase }) })
  return content
}

/** The same, again and again: while files don't belong together, or one is only being written, they are as they were. */
export function renewedTlsFiles(files: TlsFiles, passphrase?: string): () => TlsFiles {
  return lastGood(() => readTlsFiles(files, passphrase))
}

/** What is wrong with certificate and key, as the end of a sentence; null if nothing is. Files that can't be read have faults of their own. */
export function tlsFault(files: TlsFiles, passphrase?: string): string | null {
  try {
    readTlsFiles(files, passphrase)
    return null
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return code?.startsWith("ERR_") ? (FAULTS[code] ?? `can't be used: ${message}`) : null
  }
}

const FAULTS: Record<string, string> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "don't belong together: the key is another certificate's",
}

function readPem(path: string, name: string): string {
  const text = readSmallFile(path)
    .toString()
    .replace(/^\ufeff/, "")
  // TLS would take it for none, and trust everybody's authorities instead.
  if (!text.includes("-----BEGIN ")) throw new Error(`the file for ${name} is no file in PEM`)
  return text
}
