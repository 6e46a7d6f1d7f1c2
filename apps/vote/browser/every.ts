/**
 * Runs `work` again and again while the page is visible, and at once when it becomes so.
 * @param ms from the end of one run to the next; a tenth more or less, so that a crowd spreads
 * @returns stops it
 */
export function every(ms: number, work: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  const run = async () => {
    clearTimeout(timer)
    if (stopped || document.hidden) return
    await work().catch(() => {})
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(run, ms * (0.9 + Math.random() / 5))
  }
  timer = setTimeout(run, ms * Math.random())
  document.addEventListener("visibilitychange", run)
  return () => {
    stopped = true
    clearTimeout(timer)
    document.removeEventListener("visibilitychange", run)
  }
}
