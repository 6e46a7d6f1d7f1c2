/** A WebSocket that comes back by itself, for hours if need be. */

import type { Snapshot } from "../snapshot"

/** The first wait after a loss, and the longest; each is drawn at random so that a crowd does not come back at once. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** A connection that held this long was a good one. */
const GOOD_AFTER_MS = 5_000
/** The server says something every 20 s; a connection that is silent for longer than two of them is dead. */
const SILENT_MS = 45_000

/** By which the server says that the poll is not there any more: the page itself has an answer to that. */
const POLL_GONE = 4410
const RELOAD_WITHIN_MS = 1_000

export type Watcher = {
  onSnapshot: (snapshot: Snapshot) => void
  onState: (state: "live" | "away") => void
}

/** Connects again until it is told to stop. @returns how to stop */
export function keepWatching(address: URL, watcher: Watcher): () => void {
  const stop = new AbortController()
  const { signal } = stop
  let attempt = 0
  let waiting: ReturnType<typeof setTimeout> | undefined

  const connect = () => {
    clearTimeout(waiting)
    waiting = undefined
    const openedAt = Date.now()
    watchOnce(address, watcher, signal, () => {
      watcher.onState("away")
      attempt = Date.now() - openedAt > GOOD_AFTER_MS ? 0 : attempt + 1
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10))
      waiting = setTimeout(connect, Math.random() * longest)
    })
  }
  const hurry = () => {
    if (waiting !== undefined && document.visibilityState === "visible") connect()
  }
  addEventListener("online", hurry, { signal })
  document.addEventListener("visibilitychange", hurry, { signal })
  signal.addEventListener("abort", () => clearTimeout(waiting))
  connect()
  return () => stop.abort()
}

/** One connection, until it ends by itself, by its silence or by the signal, after which nothing is told any more. */
function watchOnce(address: URL, watcher: Watcher, signal: AbortSignal, ended: () => void): void {
  const socket = new WebSocket(address)
  let silence: ReturnType<typeof setTimeout> | undefined
  const abandon = () => end(false)
  const end = (tell: boolean) => {
    clearTimeout(silence)
    signal.removeEventListener("abort", abandon)
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    if (tell) ended()
  }
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => end(true), SILENT_MS)
  }
  socket.onopen = () => watcher.onState("live")
  socket.onmessage = ({ data }) => {
    heard()
    watcher.onSnapshot(JSON.parse(data))
  }
  socket.onclose = ({ code }) => {
    end(code !== POLL_GONE)
    // All who watched are told at once, and must not come at once.
    if (code === POLL_GONE) setTimeout(() => location.reload(), Math.random() * RELOAD_WITHIN_MS)
  }
  signal.addEventListener("abort", abandon)
  heard()
}
