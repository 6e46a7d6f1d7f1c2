import { Alarm } from "./alarm"
import { listen } from "./listen"

/** The longest wait, however often the work has failed. */
const LONGEST_MS = 15_000

/**
 * Runs `work` again and again while the page is visible, and at once when somebody turns to the page or touches it, unless it ran just
 * before. The waits grow while it fails.
 * @param ms from the end of one run to the next; it varies by a tenth, so that the requests of a crowd spread
 * @param work gives how long to wait instead, where that is longer
 * @returns a function that stops it
 */
export function every(ms: number, work: () => Promise<number>): () => void {
  const alarm = new Alarm()
  let stopped = false
  let asked = 0
  let wait = ms
  let ranAt = 0
  const run = async () => {
    await alarm.wait(ms * Math.random())
    while (!stopped) {
      if (!document.hidden) {
        try {
          asked = await work()
          wait = ms
        } catch {
          wait = Math.min(wait * 2, LONGEST_MS)
        }
        ranAt = Date.now()
      }
      await alarm.wait(Math.max(asked, wait) * (0.9 + Math.random() / 5))
    }
  }
  const unlisten = listen(["visibilitychange", "focus", "click"], () => {
    // The clock of a phone may have been set back meanwhile.
    if (Math.abs(Date.now() - ranAt) > ms) alarm.ring()
  })
  run()
  return () => {
    stopped = true
    unlisten()
  }
}
