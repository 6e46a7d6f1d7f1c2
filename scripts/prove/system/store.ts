/** A store of the system: a server that is crashed, frozen and brought back. One that ends by itself is started anew. */

import { descendants, signal } from "../../services/processes/process-table"
import type { Server } from "../../services/stores/server"

const AGAIN_MS = 500

export class Store {
  private isOver = false
  /** What starts or stops it; one after the other. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    readonly name: string,
    readonly server: Server,
    private readonly say: (line: string) => void,
  ) {}

  get pid(): number | undefined {
    return this.server.pid
  }

  kill(): Promise<void> {
    return this.inTurn(() => this.server.kill9())
  }

  /** Ends it in order. */
  end(graceMs?: number): Promise<void> {
    return this.inTurn(() => this.server.stop(graceMs))
  }

  /** Does nothing if it runs. One that can't start now, as its disk is full, is tried again later. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      while (!this.isOver) {
        try {
          return await this.server.start()
        } catch (error) {
          this.say(`${this.name} can't start: ${String(error)}`)
          await Bun.sleep(AGAIN_MS)
        }
      }
    })
  }

  freeze(): void {
    this.tell("SIGSTOP")
  }

  thaw(): void {
    this.tell("SIGCONT")
  }

  async stop(): Promise<void> {
    this.isOver = true
    this.thaw()
    await this.inTurn(() => this.server.stop())
  }

  private tell(name: NodeJS.Signals): void {
    const { pid } = this
    if (pid === undefined) return
    for (const each of [pid, ...descendants(pid)]) signal(each, name)
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => {})
    return result
  }
}
