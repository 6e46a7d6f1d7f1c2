/** Latencies, counted in steps of 0.1 ms up to a minute. */

const STEPS_A_MS = 10
const STEPS = 60_000 * STEPS_A_MS

export class Histogram {
  private readonly steps = new Uint32Array(STEPS + 1)
  count = 0

  /** @param ms a longer time counts as a minute, a negative one as 0 */
  add(ms: number): void {
    const step = Math.min(STEPS, Math.max(0, Math.ceil(ms * STEPS_A_MS)))
    this.steps[step] = (this.steps[step] ?? 0) + 1
    this.count++
  }

  /** The time in ms that no more than this share (0 to 1) of all latencies stayed below or reached. */
  quantile(share: number): number {
    let left = Math.ceil(this.count * share)
    const step = this.steps.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return step / STEPS_A_MS
  }
}
