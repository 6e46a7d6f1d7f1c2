/** How often a condition is checked: a short time beside everything that is waited for here. */
const INTERVAL_MS = 25
/** Far longer than anything takes on a busy machine: it only ends a wait that would never end. */
const PATIENCE_MS = 30_000

/**
 * Waits until `condition` gives something other than undefined or false, and returns that. Neither setting the clock
 * nor halting the machine shortens the wait. Throws with `what` in its message once `deadlineMs` milliseconds have
 * passed.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  deadlineMs = PATIENCE_MS,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const result = await condition()
    if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs / 1000} s in vain for ${what}.`)
    await Bun.sleep(INTERVAL_MS)
  }
}
