/** Drafts: files that are being made in the cache, beside their final place. A killed process leaves its draft. */

import { readdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"

/** No tool takes so long to make; a younger draft may still be in the making. */
const OLD_MS = 3_600_000
const DRAFT = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A unique name for the draft of what will be at `path`. */
export function draftOf(path: string): string {
  return `${path}.${crypto.randomUUID()}`
}

/** Removes old drafts from a folder of the cache; one that can't be removed does no harm. */
export async function removeOldDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const draft of names.filter((name) => DRAFT.test(name)).map((name) => join(folder, name))) {
    const made = await stat(draft).catch(() => null)
    if (made && Date.now() - made.mtimeMs > OLD_MS)
      await rm(draft, { recursive: true, force: true }).catch(() => {})
  }
}
