import { existsSync, readFileSync, rmSync } from "node:fs"
import { commandOf } from "../processes/process-table"
import { UserError } from "../terminal/user-error"
import { waitFor } from "../wait"

/** A store whose script was killed needs up to 8 s to end (see supervised-process.ts). */
const DEADLINE_MS = 15_000

/**
 * Makes sure that no earlier run still uses a data directory, by the file in which a store keeps its process id.
 * A file left by a crash may name a process that is gone, or an id that another program has by now: it is removed.
 */
export async function awaitPrevious(pidFile: string, program: string): Promise<void> {
  const pid = pidIn(pidFile)
  if (pid === undefined) return
  const ended = () => !commandOf(pid)?.includes(program)
  await waitFor(`the earlier ${program}`, ended, DEADLINE_MS).catch((cause: Error) => {
    throw new UserError(`A ${program} (process ${pid}) still uses this data: stop it with \`kill ${pid}\`.`, {
      cause,
    })
  })
  rmSync(pidFile, { force: true })
}

function pidIn(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, "utf8").split("\n")[0])
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}
