import { existsSync, readdirSync, readFileSync } from "node:fs"

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** Whether a process with this id exists (a finished one that nobody reaped does not count). */
export function isAlive(pid: number): boolean {
  return commandOf(pid) !== undefined
}

/** The name of the program that runs under this id; undefined when there is none, or only a zombie. */
export function commandOf(pid: number): string | undefined {
  return find(pid)?.command
}

export function parentOf(pid: number): number | undefined {
  return find(pid)?.parent
}

/** The ids of a process's children, their children and so on. */
export function descendants(pid: number): number[] {
  const all = existsSync("/proc/self/stat") ? allFromProc() : fromPs()
  const below = (parent: number): number[] =>
    all.filter((it) => it.parent === parent).flatMap((it) => [it.pid, ...below(it.pid)])
  return below(pid)
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}

function find(pid: number): Process | undefined {
  return existsSync("/proc/self/stat") ? fromProc(pid) : fromPs().find((it) => it.pid === pid)
}

function allFromProc(): Process[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => fromProc(Number(pid))).filter((it) => it !== undefined)
}

/** `/proc/<pid>/stat` is `pid (command) state parent …`, and the command may hold blanks and brackets. */
function fromProc(pid: number): Process | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  } catch {
    return undefined
  }
  const end = stat.lastIndexOf(")")
  const [state, parent] = stat.slice(end + 2).split(" ")
  if (state === "Z" || state === "X") return undefined
  return { pid, parent: Number(parent), command: stat.slice(stat.indexOf("(") + 1, end) }
}

/** Systems without /proc (macOS). */
function fromPs(): Process[] {
  const listing = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid=,stat=,comm="]).stdout.toString()
  return listing.split("\n").flatMap((line) => {
    const [, pid, parent, state, command] = line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/) ?? []
    if (!command || state?.startsWith("Z")) return []
    return [{ pid: Number(pid), parent: Number(parent), command }]
  })
}
