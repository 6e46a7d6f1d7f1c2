/** What flows through, counted and digested on its way. */

import type { Bytes } from "./storage"

export interface Measured {
  readonly bytes: number
  /** In hexadecimal. */
  readonly sha256: string
}

/** @param each is told of the size of every piece */
export function measure(content: Bytes, each: (bytes: number) => void = () => {}) {
  const digest = new Bun.CryptoHasher("sha256")
  let bytes = 0
  async function* through(): Bytes {
    for await (const piece of content) {
      bytes += piece.byteLength
      digest.update(piece)
      each(piece.byteLength)
      yield piece
    }
  }
  let sha256: string | undefined
  return {
    content: through(),
    /** Once all was read. */
    result: (): Measured => {
      sha256 ??= digest.digest("hex")
      return { bytes, sha256 }
    },
  }
}

/** Reads everything and keeps nothing. */
export async function drain(content: Bytes): Promise<void> {
  for await (const _ of content);
}
