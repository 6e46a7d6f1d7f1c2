/** Notices saved source files, however an editor saves them. */

import { statSync } from "node:fs"
import { join } from "node:path"
import { Glob } from "bun"

/**
 * How often all are looked at; some hundred files take a few milliseconds. The system's own notices are not enough: an editor
 * that replaces a file, and a folder that is mounted into a container, lose them now and then.
 */
const LOOK_MS = 250
const SOURCES = new Glob("**/*.{ts,tsx,css,sql,lua,json}")

/**
 * Calls `onSave` when source files below `dirs` were written, replaced, made or removed, once they are at rest.
 * @returns what ends it
 */
export function onSaved(dirs: readonly string[], onSave: () => void): () => void {
  let known = stateOf(dirs)
  let restless = false
  const timer = setInterval(() => {
    const now = stateOf(dirs)
    const changed = now !== known
    known = now
    if (restless && !changed) onSave()
    restless = changed
  }, LOOK_MS)
  return () => clearInterval(timer)
}

/** Differs whenever a file does: a new file of the same size has another inode or time. */
function stateOf(dirs: readonly string[]): string {
  return dirs
    .flatMap((dir) => [...SOURCES.scanSync({ cwd: dir })].map((name) => stateOfFile(join(dir, name))))
    .join()
}

function stateOfFile(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false })
  return file ? `${path} ${file.ino} ${file.mtimeMs} ${file.size}` : ""
}
