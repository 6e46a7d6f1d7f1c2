/** The history of the poll that is watched. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { ServerClock } from "../live/clock"
import type { Snapshot } from "../tally/snapshot"
import { extended, type History, historyOf } from "./history"

/**
 * The server's timeline, asked for when counts can be seen and again after every loss of the connection, continued by
 * the snapshots.
 */
export function useHistory(
  address: string,
  snapshot: Snapshot,
  connected: boolean,
  clock: ServerClock,
): History {
  const [history, setHistory] = useState<History>([])
  // What was before the first snapshot is told by the server alone.
  const answered = useRef(false)
  const wanted = connected && !snapshot.hidden
  useEffect(() => {
    if (!wanted) return
    const stop = new AbortController()
    fetch(address, { signal: stop.signal, headers: { accept: "application/json" } })
      .then(async (answer) => {
        clock.heard(Date.parse(answer.headers.get("date") ?? ""))
        if (answer.ok) setHistory(historyOf((await answer.json()).timeline, snapshot))
      })
      // The snapshots go on; the next connection asks again.
      .catch(() => {})
      .finally(() => {
        if (!stop.signal.aborted) answered.current = true
      })
    return () => stop.abort()
  }, [address, wanted])
  useEffect(() => {
    if (answered.current) setHistory((before) => extended(before, snapshot, clock.now()))
  }, [snapshot, clock])
  return history
}
