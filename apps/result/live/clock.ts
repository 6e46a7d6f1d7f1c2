/** The server's time in the browser, whose own clock may be wrong. */

export type ServerClock = {
  /** The server's time (ms), as far as it is known. */
  now: () => number
  /** Takes in a time that the server said. */
  heard: (serverMs: number) => void
}

/** What the server says is never that late, so this browser's own clock was set anew. */
const SET_ANEW_MS = 60_000

/**
 * What the server says arrives late, and a page from a cache later still, but never early: so the time that is furthest
 * ahead is the nearest to the truth, until the browser's own clock is set, as by the network of a phone.
 */
export function serverClock(firstMs: number): ServerClock {
  let ahead = firstMs - Date.now()
  return {
    now: () => Date.now() + ahead,
    heard: (serverMs) => {
      const said = serverMs - Date.now()
      if (said > ahead || ahead - said > SET_ANEW_MS) ahead = said
    },
  }
}

/** "0:09", "9:05", "1:02:09" from an hour on, "2:00:00:00" from a day on. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ]
  while (parts.length > 2 && parts[0] === 0) parts.shift()
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":")
}
