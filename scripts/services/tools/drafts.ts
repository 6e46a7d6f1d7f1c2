/** What is being made in the cache, beside where it will stand; whoever is killed meanwhile leaves it. */

import { readdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"

/** No tool takes so long to make, and what is younger may still be wanted by whoever makes it. */
const OLD_MS = 3_600_000
const DRAFT = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A name that nobody else has for what will be at `path`. */
export function draftOf(path: string): string {
  return `${path}.${crypto.randomUUID()}`
}

/** Removes what was left in a folder of the cache; what can't be removed is in nobody's way. */
export async function removeOldDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const draft of names.filter((name) => DRAFT.test(name)).map((name) => join(folder, name))) {
    const made = await stat(draft).catch(() => null)
    if (made && Date.now() - made.mtimeMs > OLD_MS)
      await rm(draft, { recursive: true, force: true }).catch(() => {})
  }
}
