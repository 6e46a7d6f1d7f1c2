/** How much memory the apps of a demo have, before an attack, at most during it, and after it. */

import { existsSync, readFileSync } from "node:fs"
import { residentMb } from "../../services/processes/cpu"
import { descendants } from "../../services/processes/process-table"

const EVERY_MS = 250
/** What each app may have in k8s-deployment/, in MB: with more it would be killed there. */
const LIMITS = { vote: 384, worker: 512, result: 768 } as const
type Name = keyof typeof LIMITS
const NAMES = Object.keys(LIMITS) as Name[]

export type Memory = { readonly seen: string; readonly faults: readonly string[] }

/** Looks at the apps below this process until it is asked. Where there is no /proc it sees none. @returns what asks it */
export function watchMemory(pid: number): () => Memory {
  const before = memoryOf(pid)
  const most = { ...before }
  const look = () => {
    const now = memoryOf(pid)
    for (const name of NAMES) most[name] = Math.max(most[name] ?? 0, now[name] ?? 0)
    return now
  }
  const timer = setInterval(look, EVERY_MS)
  return () => {
    clearInterval(timer)
    const after = look()
    const seen = NAMES.filter((name) => before[name] !== undefined).map(
      (name) => `${name} ${before[name]}, ${most[name]}, ${after[name] ?? 0}`,
    )
    const over = NAMES.filter((name) => (most[name] ?? 0) > LIMITS[name])
    return {
      seen: seen.length > 0 ? seen.join("; ") : "not read here",
      faults: over.map((name) => `${name} had ${most[name]} MB, more than its limit of ${LIMITS[name]}.`),
    }
  }
}

function memoryOf(root: number): Partial<Record<Name, number>> {
  const found = descendants(root).flatMap((pid) => {
    const name = appOf(pid)
    return name === undefined ? [] : [[name, pid] as const]
  })
  return Object.fromEntries(found.map(([name, pid]) => [name, readMb(pid)]))
}

function appOf(pid: number): Name | undefined {
  const file = `/proc/${pid}/cmdline`
  const words = existsSync(file) ? readFileSync(file, "utf8").split("\0") : []
  return NAMES.find(
    (name) => words.some((word) => word.endsWith(`/apps/${name}/main.ts`)) && words[0]?.includes("bun"),
  )
}

/** A process may end while we look. */
function readMb(pid: number): number {
  try {
    return Math.round(residentMb(pid))
  } catch {
    return 0
  }
}
