/** Work of which only so much goes on at once; the rest waits for its turn. */

export class Turns {
  private readonly waiting: (() => void)[] = []
  private free: number

  /** @param atOnce how many may work at the same time */
  constructor(atOnce: number) {
    this.free = atOnce
  }

  /** Does the work once there is room for it, in the order in which it came. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.free++
    }
  }
}
