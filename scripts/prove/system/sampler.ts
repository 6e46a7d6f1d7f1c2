/** Looks at the system while it runs: how much is counted, and what each process holds. */

import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import postgres from "postgres"
import type { Recorder } from "../record/recorder"
import type { System } from "./system"

const COUNTED_MS = 500
const HELD_MS = 2_000
const PAGE = 4_096

/** @returns what ends it */
export function sample(system: System, recorder: Recorder): () => Promise<void> {
  const database = new Primary(() => system.urls.database.adminUrl)
  /** Of each poll, also of those that were deleted since: what was counted does not become less. */
  const counted = new Map<number, number>()
  let isAsking = false
  const count = async () => {
    if (isAsking) return
    isAsking = true
    try {
      const rows = await database.sql()`SELECT poll, sum(votes) AS votes FROM tallies GROUP BY poll`
      for (const { poll, votes } of rows) counted.set(Number(poll), Number(votes))
      const votes = [...counted.values()].reduce((sum, each) => sum + each, 0)
      recorder.write({ kind: "counted", at: recorder.now(), votes })
    } catch {
      // Postgres is down, as it shall be.
    } finally {
      isAsking = false
    }
  }
  const hold = () => {
    for (const { member } of [...system.vote, ...system.worker, ...system.result]) {
      const { pid, name } = member
      const held = heldBy(pid)
      if (held) recorder.write({ kind: "held", at: recorder.now(), process: name, pid, ...held })
    }
  }
  const timers = [setInterval(() => void count(), COUNTED_MS), setInterval(hold, HELD_MS)]
  return async () => {
    for (const timer of timers) clearInterval(timer)
    hold()
    await database.end()
  }
}

/** A connection to the server that is the primary now. */
class Primary {
  private url = ""
  private connection: postgres.Sql | undefined

  constructor(private readonly urlNow: () => string) {}

  sql(): postgres.Sql {
    const url = this.urlNow()
    if (this.connection && url === this.url) return this.connection
    void this.end()
    this.url = url
    this.connection = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
    return this.connection
  }

  async end(): Promise<void> {
    await this.connection?.end({ timeout: 1 })
  }
}

/** From /proc; null where there is none, or no such process any more. */
function heldBy(pid: number): { residentBytes: number; sockets: number } | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1])
    const sockets = readdirSync(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length
    return { residentBytes: pages * PAGE, sockets }
  } catch {
    return null
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:")
  } catch {
    return false
  }
}
