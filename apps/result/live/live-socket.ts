/** Follows a poll for hours if need be: over a WebSocket that connects again by itself, and meanwhile over HTTP. */

import type { ShownOutcome } from "../outcome/outcome-reads"
import { withNumbers } from "../tally/numbers"
import type { Snapshot } from "../tally/snapshot"
import { supersedes } from "../tally/supersedes"
import { POLL_GONE } from "./close-codes"
import { askAgainAndAgain } from "./live-asking"
import type { LiveMessage } from "./live-message"
import { LONGEST_WAIT_MS, waitToReturn } from "./wait-to-return"

/** After a connection over which snapshots came, and that lasted so long, the waits begin anew. */
const GOOD_AFTER_MS = 5_000
/** The server sends a snapshot at once. A connection over which none has come by then is held up by something between. */
const FIRST_NEWS_MS = 15_000
/** The server sends something every 20 s. A connection that is silent for more than twice as long is dead. */
const SILENT_MS = 45_000
/** Timers stop while a machine sleeps, and its clock does not: so often the silence is also measured by the clock. */
const LOOK_MS = 5_000
/** Where the poll is followed over HTTP, nobody waits for a WebSocket: it is tried as seldom as this, as the network may never let one through. */
const LONGEST_WAIT_OVER_HTTP_MS = 120_000

export type Watcher = {
  /** Without an age the snapshot is right; `onState` says so afterwards. */
  onSnapshot: (snapshot: Snapshot, ageMs?: number) => void
  /** What rankings decide, whenever that comes; not always newer than the last one. */
  onOutcome?: (outcome: ShownOutcome) => void
  /** "old": connected, but the server itself can't know whether the snapshot is still right. "gone" follows "away" when the poll was deleted or is a draft again. The watcher goes on trying all the same. */
  onState: (state: "live" | "old" | "away" | "gone") => void
}

/**
 * Watches a poll, and connects again after every loss. While there is no WebSocket the poll is asked for over HTTP.
 * @param first the snapshot that is shown already, if any: another replica must not begin with an older one
 * @returns a function that stops it
 */
export function keepWatching(address: URL, watcher: Watcher, first: Snapshot | null = null): () => void {
  const stop = new AbortController()
  const { signal } = stop
  let newest = first
  let lostAt = performance.now()
  let isLive = false
  let waiting: ReturnType<typeof setTimeout> | undefined

  const show = (snapshot: Snapshot, ageMs?: number, outcome?: ShownOutcome) => {
    if (newest === null || supersedes(snapshot, newest)) newest = snapshot
    watcher.onSnapshot(snapshot, ageMs)
    if (outcome) watcher.onOutcome?.(outcome)
    watcher.onState(ageMs === undefined ? "live" : "old")
  }
  const asking = askAgainAndAgain(address, (answer) => {
    if (answer === null || answer === "gone") {
      watcher.onState("away")
      if (answer === "gone") watcher.onState("gone")
    } else show(answer.snapshot, answer.ageMs, answer.outcome)
  })
  const connect = () => {
    clearTimeout(waiting)
    waiting = undefined
    const openedAt = performance.now()
    // What this connection's server takes us to have: numbers belong to that.
    let had = newest
    const onMessage = ({ ageMs, outcome, ...news }: LiveMessage) => {
      isLive = true
      asking.stop()
      const snapshot = "options" in news ? news : had && withNumbers(had, news)
      // Numbers of a snapshot that we have not got: never from our own server, and safe to leave out.
      if (snapshot === null) return
      had = snapshot
      show(snapshot, ageMs, outcome)
    }
    watchOnce(after(address, newest), onMessage, signal, (code) => {
      const now = performance.now()
      const wasGood = isLive && now - openedAt > GOOD_AFTER_MS
      isLive = false
      if (!asking.isGood()) watcher.onState("away")
      if (code === POLL_GONE) asking.hurry()
      else asking.start()
      if (wasGood) lostAt = now
      const longest = asking.isGood() ? LONGEST_WAIT_OVER_HTTP_MS : LONGEST_WAIT_MS
      waiting = setTimeout(connect, waitToReturn(now - lostAt, longest))
    })
  }
  const hurry = () => {
    if (isLive || document.visibilityState === "hidden") return
    if (waiting !== undefined) connect()
    if (asking.isGood()) asking.hurry()
  }
  addEventListener("online", hurry, { signal })
  document.addEventListener("visibilitychange", hurry, { signal })
  signal.addEventListener("abort", () => {
    clearTimeout(waiting)
    asking.stop()
  })
  asking.start()
  connect()
  return () => stop.abort()
}

/** The address with what the viewer has, so that the answer is not older, and holds no more than what is new. */
function after(address: URL, known: Snapshot | null): URL {
  const asked = new URL(address)
  asked.searchParams.set("then", "numbers")
  if (known === null) return asked
  asked.searchParams.set("after", String(known.version))
  asked.searchParams.set("number", String(known.number))
  return asked
}

/** One connection, until it closes, is silent for too long, or the signal is aborted. After that the watcher is told nothing more. */
function watchOnce(
  address: URL,
  onMessage: (message: LiveMessage) => void,
  signal: AbortSignal,
  ended: (code?: number) => void,
): void {
  const socket = new WebSocket(address)
  let heardAt = Date.now()
  const over = new AbortController()
  const end = (tell: boolean, code?: number) => {
    clearTimeout(silence)
    clearInterval(looking)
    over.abort()
    socket.onmessage = socket.onclose = null
    socket.close()
    if (tell) ended(code)
  }
  const endAfter = (ms: number) => setTimeout(() => end(true), ms)
  let silence = endAfter(FIRST_NEWS_MS)
  socket.onmessage = ({ data }) => {
    heardAt = Date.now()
    clearTimeout(silence)
    silence = endAfter(SILENT_MS)
    onMessage(JSON.parse(data))
  }
  socket.onclose = ({ code }) => end(true, code)
  signal.addEventListener("abort", () => end(false), { signal: over.signal })
  // A phone that slept wakes with a connection that looks open and is dead. One whose clock was set connects to hear the time.
  const look = () => {
    if (Math.abs(Date.now() - heardAt) > SILENT_MS) end(true)
  }
  const looking = setInterval(look, LOOK_MS)
  document.addEventListener("visibilitychange", look, { signal: over.signal })
}
