/** Somebody who watches over a WebSocket. */

import { waitFor } from "../../../scripts/services/wait"
import type { Snapshot } from "../snapshot"

export type Viewer = ReturnType<typeof watch>

/** Connects; `snapshots` fills as they come. */
export function watch(address: string, query: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${address.replace("http", "ws")}/live?${query}`, { headers })
  const snapshots: Snapshot[] = []
  const { promise: closed, resolve } = Promise.withResolvers<number>()
  socket.onmessage = ({ data }) => void snapshots.push(JSON.parse(String(data)))
  socket.onclose = ({ code }) => resolve(code)
  return {
    socket,
    snapshots,
    /** The code with which the connection ended. */
    closed,
    /** The first snapshot for which this holds. */
    sees: (what: string, holds: (snapshot: Snapshot) => boolean, deadlineMs = 5_000) =>
      waitFor(what, deadlineMs, () => snapshots.find(holds)),
  }
}
