import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { UserError } from "../terminal/user-error"
import { commandOf } from "./process-table"

/**
 * Makes this process the only one that works on a state directory; returns a function that unlocks it. A lock left by a
 * crash names a process that is gone, and is taken over.
 */
export function lockState(stateDir: string): () => void {
  const file = join(stateDir, "lock")
  mkdirSync(stateDir, { recursive: true })
  if (!create(file)) takeOver(file)
  return () => {
    if (ownerOf(file) === process.pid) rmSync(file, { force: true })
  }
}

/**
 * Of several processes that find the same stale lock, only one moves it away; the one that creates the next lock has
 * it.
 */
function takeOver(file: string): void {
  const owner = ownerOf(file)
  if (owner !== process.pid && commandOf(owner) === commandOf(process.pid)) throw new UserError(taken(owner))
  const stale = `${file}.${owner}`
  renameIfThere(file, stale)
  // Somebody else's fresh lock may have been moved by this: then it goes back, and this process gives way.
  const moved = ownerOf(stale)
  if (moved !== owner && moved > 0) renameIfThere(stale, file)
  rmSync(stale, { force: true })
  if (!create(file)) throw new UserError(taken(ownerOf(file)))
}

const taken = (owner: number) =>
  `A demo already runs in this checkout (process ${owner}): use that one, or stop it with Ctrl-C there first.`

/** The process that a lock file names; 0 where there is none. */
function ownerOf(file: string): number {
  try {
    return Number(readFileSync(file, "utf8"))
  } catch {
    return 0
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}

/** Creates the lock by a link, which appears with its content in one step or not at all. */
function create(file: string): boolean {
  const draft = `${file}.new.${process.pid}`
  writeFileSync(draft, String(process.pid))
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
