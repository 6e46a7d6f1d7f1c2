/** Files that settings name. They are read again while an app works, which must not wait for them. */

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs"

/** Every bundle of authorities fits in. */
const LARGEST_BYTES = 1 << 20

/** What a file holds. @throws {Error} for what is none (a pipe would be waited for), and for one that is too large */
export function readSmallFile(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Error("it is no regular file")
    if (stat.size > LARGEST_BYTES) throw new Error("it is larger than 1 MiB")
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** What is wrong with a file that should hold certificates or a key, as the end of a sentence; null if nothing is. */
export function pemFault(path: string): string | null {
  try {
    return readSmallFile(path).includes("-----BEGIN ") ? null : "is no file in PEM"
  } catch (error) {
    return `can't be read: ${error instanceof Error ? error.message : String(error)}`
  }
}
