/** Watches what viewers take of the machine's memory while they are there. */

import { existsSync, readFileSync } from "node:fs"
import { residentMb } from "../../services/processes/cpu"

const LOOK_MS = 250
const SOCKETS = "/proc/net/sockstat"
const MEMORY = "/proc/meminfo"
const PAGE_KB = 4

/**
 * @param pids of the processes whose memory is added up
 * @returns the most that was seen in addition to what was used before, in KB: of the processes, of the buffers of all sockets, and of
 * whatever else the kernel keeps of connections and files
 */
export async function memoryDuring<T>(pids: readonly number[], work: () => Promise<T>) {
  const before = look(pids)
  let most = before
  const timer = setInterval(() => {
    const now = look(pids)
    most = {
      process: Math.max(most.process, now.process),
      sockets: Math.max(most.sockets, now.sockets),
      objects: Math.max(most.objects, now.objects),
    }
  }, LOOK_MS)
  try {
    const result = await work()
    return {
      result,
      process: most.process - before.process,
      sockets: most.sockets - before.sockets,
      objects: most.objects - before.objects,
    }
  } finally {
    clearInterval(timer)
  }
}

const look = (pids: readonly number[]) => ({
  process: pids.reduce((sum, pid) => sum + residentMb(pid) * 1_024, 0),
  sockets: socketKb(),
  objects: slabKb(),
})

/** Of the kernel's objects, caches of files among them; 0 where it does not tell it. */
function slabKb(): number {
  if (!existsSync(MEMORY)) return 0
  return Number(/^Slab: +(\d+) kB/m.exec(readFileSync(MEMORY, "utf8"))?.[1] ?? 0)
}

/** Of all TCP sockets of this machine, in both directions; 0 where the kernel does not tell it. */
function socketKb(): number {
  if (!existsSync(SOCKETS)) return 0
  const pages = /^TCP: .* mem (\d+)/m.exec(readFileSync(SOCKETS, "utf8"))?.[1]
  return Number(pages ?? 0) * PAGE_KB
}
