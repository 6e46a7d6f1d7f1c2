/** The server's time in the browser, whose own clock may be wrong. */

export type ServerClock = {
  /** The server's time (ms), as far as it is known. */
  now: () => number
  /** Corrects the clock by a time that the server said. */
  heard: (serverMs: number) => void
}

/** No message of the server is that late, so a greater difference means that this browser's own clock was set. */
const SET_ANEW_MS = 60_000

/**
 * A time that the server says arrives late, in a cached page even later, but never early. So the one that is furthest ahead
 * is the most exact, until the browser's own clock is set, as the network of a phone may do.
 */
export function serverClock(firstMs: number): ServerClock {
  let ahead = firstMs - Date.now()
  return {
    now: () => Date.now() + ahead,
    heard: (serverMs) => {
      const reported = serverMs - Date.now()
      if (reported > ahead || ahead - reported > SET_ANEW_MS) ahead = reported
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
