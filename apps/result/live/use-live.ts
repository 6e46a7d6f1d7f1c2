/** A snapshot that follows the poll, and the state of the connection. */

import { useEffect, useState } from "preact/hooks"
import type { ShownOutcome } from "../outcome/outcome-reads"
import type { Snapshot } from "../tally/snapshot"
import { supersedes } from "../tally/supersedes"
import { serverClock } from "./clock"
import { keepWatching, type Watcher } from "./live-socket"

export type Connection = {
  state: "connecting" | "live" | "reconnecting" | "stale" | "gone"
  /** When the numbers were last known to be right (ms, the browser's clock). */
  heardAt: number
}

/** A shorter loss of the connection is not shown. After this time the page says how old its numbers are. */
const STALE_AFTER_MS = 4_000

/**
 * Follows the poll behind this WebSocket path from `first` on, which was right at `now` (ms).
 * @param decided what its rankings decided by then, if they did
 */
export function useLive(path: string, first: Snapshot, now: number, decided: ShownOutcome | null = null) {
  const [outcome, setOutcome] = useState(decided)
  const [snapshot, setSnapshot] = useState(first)
  const [connection, setConnection] = useState<Connection>({ state: "connecting", heardAt: now })

  useEffect(() => {
    const address = new URL(path, location.href)
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:"
    const arm = () => setTimeout(() => setConnection(asStale), STALE_AFTER_MS)
    let stale: ReturnType<typeof setTimeout> | undefined = arm()
    let heardAt = now
    const watcher: Watcher = {
      // A slower replica, or a late answer, may send a snapshot that is older than the one that is shown.
      onSnapshot: (next, ageMs = 0) => {
        heardAt = Date.now() - ageMs
        setSnapshot((shown) => (supersedes(next, shown) ? next : shown))
      },
      onOutcome: (next) => setOutcome((shown) => (follows(next, shown) ? next : shown)),
      onState: (state) => {
        // Failed tries do not start the time anew.
        if (state === "away") stale ??= arm()
        else {
          clearTimeout(stale)
          stale = undefined
        }
        setConnection((before) => after(before, state, heardAt))
      },
    }
    const stop = keepWatching(address, watcher, first)
    return () => {
      clearTimeout(stale)
      stop()
    }
  }, [path])

  return { snapshot, outcome, connection }
}

/** The one that stands for good may have the version of the last one before it. */
function follows(next: ShownOutcome, shown: ShownOutcome | null): boolean {
  if (shown === null || supersedes(next, shown)) return true
  return next.number === shown.number && next.version === shown.version && next.final && !shown.final
}

function asStale(before: Connection): Connection {
  return before.state === "gone" ? before : { ...before, state: "stale" }
}

/** A failed try leaves "stale" and "gone" as they are. */
function after(before: Connection, state: "live" | "old" | "away" | "gone", heardAt: number): Connection {
  if (state === "gone") return { ...before, state }
  if (state === "old") return { state: "stale", heardAt }
  // Each message says so; only a change is shown.
  if (state === "live") return before.state === "live" ? before : { state, heardAt }
  return before.state === "live" ? { state: "reconnecting", heardAt } : before
}

/** The server's clock, which starts from the time at which the page was made. */
export function useServerClock(now: number) {
  const [clock] = useState(() => serverClock(now))
  return clock
}
