/** Work under one name is done one after the other, in the order in which it came; under different names at once. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>()

  /** What follows a failure under the same name is not begun, and fails with it. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(name)
    const mine = before ? before.then(work) : work()
    this.last.set(name, mine)
    const done = () => {
      if (this.last.get(name) === mine) this.last.delete(name)
    }
    mine.then(done, done)
    return mine
  }
}
