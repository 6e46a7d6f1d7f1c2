/** Files for TLS: an authority's certificates, and a certificate with its key. They are renewed while apps run. */

import { createSecureContext } from "node:tls"
import { readSmallFile } from "./small-file"

/** Paths of files in PEM. Without a CA, certificates are verified by those that everybody trusts. */
export type TlsFiles = { ca?: string; cert?: string; key?: string }

/** What each set of files last held that TLS takes: whoever connects next may find them in the midst of a change. */
const lastGood = new Map<string, TlsFiles>()

/**
 * The content of the files, for `tls.connect`: as it was, while they don't belong together, or one is only being written. For such
 * `tls.connect` throws, where clients of stores don't expect it, and never connect again.
 * @throws {Error} for files that were never right
 */
export function readTlsFiles(files: TlsFiles = {}, passphrase?: string): TlsFiles {
  if (Object.keys(files).length === 0) return {}
  const key = JSON.stringify([files, passphrase])
  try {
    const content = readUsable(files, passphrase)
    lastGood.set(key, content)
    return content
  } catch (error) {
    const before = lastGood.get(key)
    if (before === undefined) throw error
    return before
  }
}

function readUsable(files: TlsFiles, passphrase?: string): TlsFiles {
  const content = Object.fromEntries(
    Object.entries(files).map(([name, path]) => [name, readPem(path, name)]),
  ) as TlsFiles
  createSecureContext({ ...content, ...(passphrase !== undefined && { passphrase }) })
  return content
}

/** What is wrong with certificate and key, as the end of a sentence; null if nothing is. Files that can't be read have faults of their own. */
export function tlsFault(files: TlsFiles, passphrase?: string): string | null {
  try {
    readUsable(files, passphrase)
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
