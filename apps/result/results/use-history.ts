/** The history of the poll on the page. */

import { useEffect, useRef, useState } from "preact/hooks"
import type { ServerClock } from "../live/clock"
import type { Snapshot } from "../tally/snapshot"
import { extended, type History, upTo } from "./history"

/**
 * The timeline of the server, continued by the snapshots. It is asked for as soon as counts can be seen, and again after every
 * loss of the connection.
 */
export function useHistory(
  address: string,
  snapshot: Snapshot,
  connected: boolean,
  clock: ServerClock,
): History {
  const [history, setHistory] = useState<History>([])
  // Only the server knows what was before the first snapshot, so snapshots are added after its answer.
  const answered = useRef(false)
  const latest = useRef(snapshot)
  latest.current = snapshot
  const wanted = connected && !snapshot.hidden
  useEffect(() => {
    if (!wanted) return
    const stop = new AbortController()
    fetch(address, { signal: stop.signal, headers: { accept: "application/json" } })
      .then(async (answer) => {
        clock.heard(Date.parse(answer.headers.get("date") ?? ""))
        if (!answer.ok) return
        const told = await answer.json()
        // Only now: a snapshot may have come while the answer was read.
        setHistory(upTo(latest.current, told, clock.now()))
      })
      // The snapshots go on, and the next connection asks again.
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
