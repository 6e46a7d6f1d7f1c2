/** The longest wait, however often the work has failed. */
const LONGEST_MS = 15_000

/**
 * Runs `work` again and again while the page is visible, and at once when it becomes visible. The waits grow while it fails.
 * @param ms from the end of one run to the next; it varies by a tenth, so that the requests of a crowd spread
 * @returns a function that stops it
 */
export function every(ms: number, work: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let wait = ms
  const run = async () => {
    clearTimeout(timer)
    if (stopped || document.hidden) return
    await work().then(
      () => {
        wait = ms
      },
      () => {
        wait = Math.min(wait * 2, LONGEST_MS)
      },
    )
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(run, wait * (0.9 + Math.random() / 5))
  }
  timer = setTimeout(run, ms * Math.random())
  document.addEventListener("visibilitychange", run)
  return () => {
    stopped = true
    clearTimeout(timer)
    document.removeEventListener("visibilitychange", run)
  }
}
