/** A WebSocket that comes back by itself. */

import type { Snapshot } from "../snapshot"

/** The first wait after a loss, and the longest; each is drawn at random so that a crowd does not come back at once. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** A connection that held this long was a good one. */
const GOOD_AFTER_MS = 5_000

export type Watcher = {
  onSnapshot: (snapshot: Snapshot) => void
  onState: (state: "live" | "away") => void
}

/** Connects again for as long as the page is open. */
export function keepWatching(address: URL, watcher: Watcher, attempt = 0): void {
  const socket = new WebSocket(address)
  let openedAt = 0
  socket.onopen = () => {
    openedAt = Date.now()
    watcher.onState("live")
  }
  socket.onmessage = ({ data }) => watcher.onSnapshot(JSON.parse(data))
  socket.onclose = () => {
    watcher.onState("away")
    const good = openedAt > 0 && Date.now() - openedAt > GOOD_AFTER_MS
    const next = good ? 0 : attempt + 1
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(next, 10))
    setTimeout(() => keepWatching(address, watcher, next), Math.random() * longest)
  }
}
