/** How often a condition is looked at again: short beside everything that is waited for here. */
const INTERVAL_MS = 25
/** Far longer than anything takes on a busy machine: it ends what would never end, and measures nothing. */
const PATIENCE_MS = 30_000

/**
 * Waits until `condition` gives something other than undefined or false, and returns that.
 * Throws with `what` in its message once `deadlineMs` milliseconds have passed.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  deadlineMs = PATIENCE_MS,
): Promise<Exclude<T, undefined | false>> {
  const end = Date.now() + deadlineMs
  for (;;) {
    const result = await condition()
    if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs / 1000} s in vain for ${what}.`)
    await Bun.sleep(INTERVAL_MS)
  }
}
