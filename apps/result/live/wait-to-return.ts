/** How long a page waits before it tries to connect again. */

const SHORTEST_MS = 500
export const LONGEST_WAIT_MS = 15_000

/**
 * A random wait, so that a crowd does not come back all at once; at most as long as the loss has lasted. So all are back before
 * an outage has lasted twice as long as it did, and a server that stays away for long is asked seldom.
 * @param lostMs for how long there has been no good connection
 * @param longestMs the longest wait
 * @returns milliseconds
 */
export function waitToReturn(lostMs: number, longestMs = LONGEST_WAIT_MS, random = Math.random()): number {
  return random * Math.min(longestMs, Math.max(SHORTEST_MS, lostMs))
}
