/** Where backups lie: what a folder and an S3-compatible server both do. */

import { UserError } from "../../services/terminal/user-error"

/** Bytes in pieces, read once. */
export type Bytes = AsyncIterable<Uint8Array>

export interface Stored {
  /** A path below the storage's own place, such as `base/2026…/manifest.json`. */
  readonly name: string
  readonly bytes: number
  readonly modified: Date
}

export interface Storage {
  /** The address as a person writes it, without any secret. */
  readonly place: string
  /** All objects whose names begin with `prefix`, sorted by name. */
  list(prefix: string): Promise<Stored[]>
  /** The content of one object. Reading throws where there is none. */
  read(name: string): Bytes
  /** Writes an object whole or not at all, and returns once it is durable. */
  write(name: string, content: Bytes): Promise<void>
  remove(name: string): Promise<void>
}

/** Thrown for an object that is not what it should be. */
export class Damaged extends UserError {}

/** @throws {Damaged} once more than `bytes` came: whoever wrote it may have written anything */
export async function* atMost(bytes: number, name: string, content: Bytes): Bytes {
  let left = bytes
  for await (const piece of content) {
    left -= piece.byteLength
    if (left < 0) throw new Damaged(`${name} is damaged: it has more than ${bytes} bytes.`)
    yield piece
  }
}

/** All of an object's content at once, for small ones. */
export async function readWhole(content: Bytes): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces)
}

export async function* onePiece(content: Uint8Array | string): Bytes {
  yield Buffer.from(content)
}
