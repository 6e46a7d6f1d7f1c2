/** How objects are written: compressed by zstd, and encrypted by age where there are recipients. Both have standard tools. */

import { type Duplex, pipeline, Readable } from "node:stream"
import { createZstdCompress, createZstdDecompress } from "node:zlib"
import { Decrypter, Encrypter } from "age-encryption"
import { UserError } from "../../services/terminal/user-error"
import type { Bytes } from "./storage"

export interface Sealing {
  /** What the names of its objects end with. */
  readonly suffix: string
  seal(plain: Bytes): Bytes
}

/** @param recipients public keys of age; none: nothing is encrypted */
export function sealing(recipients: readonly string[]): Sealing {
  if (recipients.length === 0) return { suffix: ".zst", seal: compressed }
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return { suffix: ".zst.age", seal: (plain) => encrypted(encrypter, compressed(plain)) }
}

/**
 * The content of an object by its name.
 * @param identity the private key of age, where one is needed
 * @throws {UserError} while it is read, where the identity is missing or another
 */
export async function* unsealed(name: string, content: Bytes, identity: string): Bytes {
  yield* decompressed(name.endsWith(".age") ? decrypted(name, content, identity) : content)
}

async function* encrypted(encrypter: Encrypter, plain: Bytes): Bytes {
  yield* bytesOf(await encrypter.encrypt(streamOf(plain)))
}

async function* decrypted(name: string, content: Bytes, identity: string): Bytes {
  if (identity === "")
    throw new UserError(`${name} is encrypted: set BACKUP_AGE_IDENTITY (or BACKUP_AGE_IDENTITY_FILE).`)
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const opened = await decrypter.decrypt(streamOf(content)).catch((cause) => {
    throw new UserError(`${name} can't be decrypted: BACKUP_AGE_IDENTITY is not the key that it needs.`, {
      cause,
    })
  })
  yield* bytesOf(opened)
}

const compressed = (plain: Bytes) => through(plain, createZstdCompress())
const decompressed = (content: Bytes) => through(content, createZstdDecompress())

/** An error of either side ends both, and is thrown where the result is read. */
function through(bytes: Bytes, transform: Duplex): Bytes {
  pipeline(Readable.from(bytes), transform, () => {})
  return transform
}

function streamOf(bytes: Bytes): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = bytes[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: async () => void (await pieces.return?.()),
  })
}

const bytesOf = (stream: ReadableStream<Uint8Array>): Bytes => stream as unknown as Bytes
