/**
 * How often open ballot pages ask how their poll stands. Each that asks is given a moment at which to ask again, and no moment is given
 * to more pages than a process is to answer: the more pages ask, the later the next free moment is. So nobody has to know how many there
 * are, and those that leave or hide make no room for others until their moment has passed.
 */

/** So often a page asks where few do. */
export const ASK_MS = 1_000
/** However many ask, a page learns within this time that its poll was closed. */
export const LONGEST_ASK_MS = 15_000

/** Intervals are told in whole steps of it, so that there are few of them. Pages vary theirs by more. */
const STEP_MS = 100

export class AskingPace {
  /** The latest moment that was given, by `now`. */
  private last = Number.NEGATIVE_INFINITY
  private readonly apartMs: number

  /**
   * @param given is told each interval (ms)
   * @param now in ms; it never goes back
   */
  constructor(
    asksPerSecond: number,
    private readonly given: (intervalMs: number) => void = () => {},
    private readonly now = () => performance.now(),
  ) {
    this.apartMs = 1_000 / asksPerSecond
  }

  /** Gives a page that asks now its next moment. @returns how far that is (ms) */
  next(): number {
    const now = this.now()
    const free = Math.max(now + ASK_MS, this.last + this.apartMs)
    this.last = Math.min(free, now + LONGEST_ASK_MS)
    const interval = Math.round((this.last - now) / STEP_MS) * STEP_MS
    this.given(interval)
    return interval
  }
}
