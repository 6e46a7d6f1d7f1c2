/** The CPU time and the resident memory of a process with all its children. */

import { readdirSync, readFileSync } from "node:fs"

type Usage = { pid: number; parent: number; cpuSeconds: number }

const IS_LINUX = process.platform === "linux"

/**
 * CPU seconds that a process and everything below it used since they started. On Linux this includes children that have
 * ended; on other systems it does not.
 */
export function cpuSeconds(root: number): number {
  const all = IS_LINUX ? fromProc() : fromPs()
  const below = new Map<number, Usage[]>()
  for (const usage of all) below.set(usage.parent, [...(below.get(usage.parent) ?? []), usage])
  const sum = (pid: number): number =>
    (below.get(pid) ?? []).reduce((seconds, child) => seconds + child.cpuSeconds + sum(child.pid), 0)
  return (all.find(({ pid }) => pid === root)?.cpuSeconds ?? 0) + sum(root)
}

/** How many CPU seconds each of these processes used while `work` ran. */
export async function cpuDuring<Name extends string, T>(
  pids: Record<Name, number>,
  work: () => Promise<T>,
): Promise<{ result: T; cpu: Record<Name, number> }> {
  const read = () =>
    Object.fromEntries(Object.entries<number>(pids).map(([name, pid]) => [name, cpuSeconds(pid)]))
  const before = read()
  const result = await work()
  const after = read()
  const used = Object.keys(pids).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])
  return { result, cpu: Object.fromEntries(used) as Record<Name, number> }
}

/** The resident memory of one process in MB, without its children. */
export function residentMb(pid: number): number {
  const kb = IS_LINUX
    ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    : run("ps", "-o", "rss=", "-p", String(pid)).trim()
  return Number(kb) / 1_024
}

let ticksASecond: number | undefined

/** `pid (command) state parent …`, and utime, stime, cutime and cstime as fields 14 to 17, in ticks. */
function fromProc(): Usage[] {
  ticksASecond ??= Number(run("getconf", "CLK_TCK"))
  const ticks = ticksASecond
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readStat(name) : undefined
    if (stat === undefined) return []
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const used = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return [{ pid: Number(name), parent: Number(fields[1]), cpuSeconds: used / ticks }]
  })
}

/** A process may end while we look. */
function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
  } catch {
    return undefined
  }
}

/** `time` is [[dd-]hh:]mm:ss[.cc]. */
function fromPs(): Usage[] {
  return run("ps", "-A", "-o", "pid=,ppid=,time=")
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, time] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? []
      if (time === undefined) return []
      const seconds = time.split(/[-:]/).reduce((sum, part, i, { length }) => {
        const isDays = length === 4 && i === 0
        return sum * (isDays ? 1 : length === 4 && i === 1 ? 24 : 60) + Number(part)
      }, 0)
      return [{ pid: Number(pid), parent: Number(parent), cpuSeconds: seconds }]
    })
}

function run(...command: string[]): string {
  return Bun.spawnSync(command).stdout.toString()
}
