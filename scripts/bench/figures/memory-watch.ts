/** Watches what viewers take of the machine's memory while they are there. */

import { existsSync, readFileSync } from "node:fs"
import { residentMb } from "../../services/processes/cpu"

const LOOK_MS = 250
const SOCKETS = "/proc/net/sockstat"
const PAGE_KB = 4

/** @returns the most that was seen in addition to what was used before, in KB: of the process, and of the buffers of all sockets */
export async function memoryDuring<T>(pid: number, work: () => Promise<T>) {
  const before = look(pid)
  let most = before
  const timer = setInterval(() => {
    const now = look(pid)
    most = { process: Math.max(most.process, now.process), sockets: Math.max(most.sockets, now.sockets) }
  }, LOOK_MS)
  try {
    const result = await work()
    return { result, process: most.process - before.process, sockets: most.sockets - before.sockets }
  } finally {
    clearInterval(timer)
  }
}

const look = (pid: number) => ({ process: residentMb(pid) * 1_024, sockets: socketKb() })

/** Of all TCP sockets of this machine, in both directions; 0 where the kernel does not tell it. */
function socketKb(): number {
  if (!existsSync(SOCKETS)) return 0
  const pages = /^TCP: .* mem (\d+)/m.exec(readFileSync(SOCKETS, "utf8"))?.[1]
  return Number(pages ?? 0) * PAGE_KB
}
