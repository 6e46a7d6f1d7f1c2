/** Files that are fetched once for this user, each checked against the digest that it must have. */

import { existsSync, mkdirSync, renameSync } from "node:fs"
import { rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { UserError } from "../terminal/user-error"
import { CACHE } from "./cache-folder"
import { draftOf, removeOldDrafts } from "./drafts"
import { inTurn } from "./in-turn"

const FETCH_MS = 180_000

/** Thrown when this machine can't get a file at all, and never for one that arrived and was wrong. */
export class Unavailable extends UserError {}

/**
 * The content of an address. @throws {Unavailable} when it can't be fetched @throws {UserError} when it is not what was pinned
 * @param sha256 in hexadecimal
 */
export async function fetchPinned(url: string, sha256: string): Promise<Uint8Array> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) }).catch((cause) => {
    throw new Unavailable(`${url} can't be reached: ${cause.message}`, { cause })
  })
  if (!answer.ok) throw new Unavailable(`${url} answers ${answer.status}.`)
  const content = new Uint8Array(await answer.arrayBuffer())
  const digest = new Bun.CryptoHasher("sha256").update(content).digest("hex")
  if (digest !== sha256)
    throw new UserError(`${url} has the digest ${digest} and not ${sha256}: it was changed.`)
  return content
}

/**
 * A path in the cache that `make` fills under another name first, so that what is there is whole. A process that asks
 * while another makes it waits. Half-made files of killed processes are removed.
 */
export async function cached(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const path = join(CACHE, name)
  await removeOldDrafts(dirname(path))
  if (existsSync(path)) return path
  return inTurn(basename(name), async () => {
    if (existsSync(path)) return path
    const draft = draftOf(path)
    mkdirSync(dirname(draft), { recursive: true })
    try {
      await make(draft)
      renameSync(draft, path)
      return path
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  })
}
