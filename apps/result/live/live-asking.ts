/** Follows a poll over HTTP while no WebSocket brings news of it: that gets through every network, proxy and CDN. */

import type { ShownOutcome } from "../outcome/outcome-reads"
import type { Snapshot } from "../tally/snapshot"

/** Without news for so long the poll is asked for; a connection that was lost is nearly always back sooner. */
const FIRST_MS = 3_000
/** So often from then on: an answer of a CDN is as new as the last second. */
const EACH_MS = 2_000
/** The longest pause after answers that said nothing. */
const LONGEST_MS = 15_000
/** An answer that takes longer is not waited for. */
const ANSWER_MS = 10_000
/** An answer that a cache kept for longer is told with its age: what it is a copy of may be away. */
const OLD_MS = 10_000

/** A snapshot, and how old it is (ms) where that is too old; "gone" where there is no such poll; null where nobody knows. */
export type Answer = { snapshot: Snapshot; outcome?: ShownOutcome; ageMs?: number } | "gone" | null

export type Asking = {
  /** Whether the poll is asked for, and the last answer was a snapshot. */
  isGood: () => boolean
  /** Asks in a while and then again and again, unless that is so already. */
  start: () => void
  /** Asks at once, and goes on. */
  hurry: () => void
  stop: () => void
}

/**
 * @param live the WebSocket's address, whose poll and viewer are asked for
 * @param told hears each answer, until it is stopped
 */
export function askAgainAndAgain(live: URL, told: (answer: Answer) => void): Asking {
  const address = snapshotAddress(live)
  let waiting: ReturnType<typeof setTimeout> | undefined
  let current: AbortController | null = null
  let failures = 0
  let isGood = false

  const later = (ms: number) => {
    waiting = setTimeout(ask, ms * (0.8 + 0.4 * Math.random()))
  }
  const ask = async () => {
    waiting = undefined
    // Whoever looks again is told at once, by `hurry`.
    if (document.visibilityState === "hidden") return later(EACH_MS)
    const mine = new AbortController()
    current = mine
    const deadline = setTimeout(() => mine.abort(), ANSWER_MS)
    const answer = await answerOf(address, mine.signal).catch(() => null)
    clearTimeout(deadline)
    if (current !== mine) return
    current = null
    isGood = answer !== null && answer !== "gone"
    failures = isGood ? 0 : failures + 1
    later(Math.min(LONGEST_MS, EACH_MS * 2 ** failures))
    told(answer)
  }
  return {
    isGood: () => isGood,
    start: () => {
      if (waiting === undefined && current === null) later(FIRST_MS)
    },
    hurry: () => {
      clearTimeout(waiting)
      if (current === null) void ask()
    },
    stop: () => {
      clearTimeout(waiting)
      waiting = undefined
      current?.abort()
      current = null
      failures = 0
      isGood = false
    },
  }
}

function snapshotAddress(live: URL): URL {
  const address = new URL(live)
  address.protocol = live.protocol === "wss:" ? "https:" : "http:"
  address.pathname = `/api/polls/${live.searchParams.get("poll")}/snapshot`
  address.searchParams.delete("poll")
  return address
}

/** Only these say that the poll is gone: 404 may also be a proxy's, or of an earlier version that knows no such address. */
const POLL_GONE = ["/problems/poll-unknown", "/problems/poll-deleted"]

async function answerOf(address: URL, signal: AbortSignal): Promise<Answer> {
  // The browser's own cache would show the answer before, which it has kept to bridge the time until the next one.
  const answer = await fetch(address, { signal, cache: "no-cache", headers: { accept: "application/json" } })
  const { type, outcome, ...snapshot } = await answer.json()
  if (!answer.ok) return POLL_GONE.includes(type) ? "gone" : null
  if (!snapshot.options) return null
  const ageMs = 1_000 * Number(answer.headers.get("age"))
  return { snapshot, ...(outcome && { outcome }), ...(ageMs > OLD_MS && { ageMs }) }
}
