/** Does work under one name one after the other, in its order, and work under different names at once. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>()

  /** After a failure, later work under the same name is not begun, and fails in the same way. */
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
