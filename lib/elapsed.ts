/**
 * Time for ages that guard a promise. The monotonic clock of a virtual machine stands still while the machine is halted as a
 * whole; its wall clock is set right afterwards. So what the wall clock gains on the monotonic one counts as passed.
 */

/** Less is the grain of the two clocks, or a wall clock that is being slowed down or hurried. */
const SET_BY_MS = 50

/** The gain of the wall clock so far, and what it was ahead by when it was last compared. */
let gained = 0
let ahead = Date.now() - performance.now()

/**
 * Milliseconds that only grow, to be compared with each other alone. A wall clock that is set forward makes everything older by
 * as much, once; one that is set back changes nothing.
 */
export function elapsedNow(): number {
  const now = performance.now()
  const aheadNow = Date.now() - now
  const gain = aheadNow - ahead
  if (gain > SET_BY_MS) gained += gain
  if (gain > SET_BY_MS || gain < 0) ahead = aheadNow
  return now + gained
}
