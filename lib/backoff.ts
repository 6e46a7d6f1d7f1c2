/** Waiting before the next try: exponential with full jitter, so that a crowd does not come back at once. */

/** Milliseconds before try number `attempt` (from 1): random, at most `ceiling`. */
export function backoff(attempt: number, ceiling = 2_000): number {
  return Math.ceil(Math.random() * Math.min(ceiling, 50 * 2 ** Math.min(attempt, 10)))
}

/** Sleeps, or returns early when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted || ms <= 0) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener("abort", done)
  })
}
