import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { commandOf } from "./processes"
import { Trouble } from "./trouble"

/**
 * Makes this process the only one that works on a state directory; gives back how to let go of it.
 * A lock left by a crash names a process that is gone, and is taken over.
 */
export function lockState(stateDir: string): () => void {
  const file = join(stateDir, "lock")
  mkdirSync(stateDir, { recursive: true })
  if (!create(file)) {
    const owner = Number(readFileSync(file, "utf8"))
    if (owner !== process.pid && commandOf(owner) === commandOf(process.pid)) throw new Trouble(taken(owner))
    rmSync(file, { force: true })
    if (!create(file)) throw new Trouble(taken(Number(readFileSync(file, "utf8"))))
  }
  return () => rmSync(file, { force: true })
}

const taken = (owner: number) =>
  `A demo already runs in this checkout (process ${owner}): use that one, or stop it with Ctrl-C there first.`

function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}
