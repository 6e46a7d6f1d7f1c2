/** Whether what is stored is what was stored: the SHA-256 of each object that a restore needs. */

import { UserError } from "../../services/terminal/user-error"
import type { StoredObject } from "../catalog/manifest"
import { drain, measure } from "../storage/measure"
import { atMost, type Bytes, Damaged, type Storage } from "../storage/storage"

/**
 * The content of an object as it was stored.
 * @param each is told of the size of every piece
 * @throws {UserError} at its end, where it is not what its digest says: nothing of it is to be used then
 */
export async function* readVerified(
  storage: Storage,
  { name, bytes, sha256 }: StoredObject,
  each: (bytes: number) => void,
): Bytes {
  const read = measure(atMost(bytes, `${storage.place}: ${name}`, storage.read(name)), each)
  yield* read.content
  if (read.result().sha256 !== sha256) throw new Damaged(`${storage.place}: ${name} is damaged.`)
}

/**
 * Reads all of these objects, before anything is changed anywhere.
 * @throws {UserError} that names each object that is damaged
 */
export async function verify(
  storage: Storage,
  objects: readonly StoredObject[],
  each: (bytes: number) => void,
): Promise<void> {
  const damaged: string[] = []
  for (const object of objects)
    await drain(readVerified(storage, object, each)).catch((error) => {
      if (!(error instanceof Damaged) && !isMissing(error)) throw error
      damaged.push(object.name)
    })
  if (damaged.length === 0) return
  throw new UserError(
    `${storage.place}: ${damaged.join(", ")} ${damaged.length > 1 ? "are" : "is"} damaged or missing. Nothing was ` +
      "restored: choose another backup with --base, or an earlier --to.",
  )
}

const isMissing = ({ code, message }: NodeJS.ErrnoException) => code === "ENOENT" || /NoSuchKey/.test(message)
