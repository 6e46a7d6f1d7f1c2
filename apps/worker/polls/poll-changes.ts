/** Gathers changes of polls while earlier ones are still being brought to the shards. */

export class PollChanges {
  private readonly polls = new Set<number>()
  private mayBeAny = false
  private isBusy = false

  /** @param poll its number; without one any may have changed */
  add(poll?: number): void {
    if (poll === undefined) this.mayBeAny = true
    else this.polls.add(poll)
  }

  /**
   * Brings all changes that were added, lot by lot, until nothing is left; what is added meanwhile comes with the next lot.
   * @param bring gets the changed polls' numbers, or undefined when it may be any
   */
  async bringAll(bring: (polls: number[] | undefined) => Promise<void>): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    try {
      while (this.mayBeAny || this.polls.size > 0) {
        const polls = this.mayBeAny ? undefined : [...this.polls]
        this.mayBeAny = false
        this.polls.clear()
        await bring(polls)
      }
    } finally {
      this.isBusy = false
    }
  }
}
