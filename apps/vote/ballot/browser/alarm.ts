/** A wait that can be ended early. */
export class Alarm {
  private end = () => {}

  /** Resolves after `ms`, or as soon as `ring` is called. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  ring(): void {
    this.end()
  }
}
