/** A store of the system: a server that is crashed, frozen and brought back. One that ends by itself is started anew. */

import { chownSync, cpSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { descendants, signal } from "../../services/processes/process-table"
import type { Server } from "../../services/stores/server"
import { tryRun } from "./mounts"

const AGAIN_MS = 500

export class Store {
  private isOver = false
  private hasPower = true
  /** What starts or stops it; one after the other. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    readonly name: string,
    readonly server: Server,
    /** The folder that holds what it keeps. */
    readonly data: string,
    private readonly say: (line: string) => void,
  ) {}

  get pid(): number | undefined {
    return this.server.pid
  }

  kill(): Promise<void> {
    return this.inTurn(() => this.server.kill9())
  }

  /** Ends it in order. */
  end(): Promise<void> {
    return this.inTurn(() => this.server.stop())
  }

  /** Starts it after it ended by itself, and not at once: one with a full disk does so again and again. */
  async revive(code: number): Promise<void> {
    if (!this.hasPower) return
    this.say(`${this.name} ended by itself (code ${code}), and is started anew`)
    await Bun.sleep(AGAIN_MS)
    await this.start()
  }

  /** From now on it can't start, and goes on only to fail. */
  losePower(): void {
    this.hasPower = false
  }

  /** Does nothing if it runs, and where there is no power. One that can't start now, as its disk is full, is tried again later. */
  start(): Promise<void> {
    return this.inTurn(() => this.untilStarted())
  }

  /** Keeps its data as it is now, for `setBack`. It does not serve meanwhile. */
  save(): Promise<void> {
    return this.inTurn(async () => {
      await this.server.stop()
      this.copy(this.data, this.saved)
      await this.untilStarted()
    })
  }

  /** Gives it the data that was kept, as a backup or a snapshot of its volume would. */
  setBack(): Promise<void> {
    return this.inTurn(async () => {
      await this.server.kill9()
      this.copy(this.saved, this.data)
      rmSync(this.saved, { recursive: true, force: true })
      await this.sync()
      await this.untilStarted()
    })
  }

  /**
   * Kills it, and starts it on its data as this work leaves them.
   * @param mend what its operator does where it does not start on these
   * @throws where the work or that can't be done; it runs again all the same
   */
  damage(work: () => Promise<void>, mend: () => Promise<void> = async () => {}): Promise<void> {
    return this.inTurn(async () => {
      await this.server.kill9()
      try {
        await work()
        await this.server.start().catch(mend)
      } finally {
        await this.sync()
        await this.untilStarted()
      }
    })
  }

  /** Kills it, and starts it on the data that this work makes for it. @throws where the work fails; it does not run then */
  renew(work: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      await this.server.kill9()
      await work()
      await this.sync()
      await this.untilStarted()
    })
  }

  /** What a fault wrote in its place is on the disk, as a snapshot is: a later power cut takes only what the store did not sync. */
  private sync(): Promise<void> {
    return tryRun("sync", "--file-system", this.data)
  }

  regainPower(): Promise<void> {
    this.hasPower = true
    return this.start()
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

  private async untilStarted(): Promise<void> {
    while (!this.isOver && this.hasPower) {
      try {
        return await this.server.start()
      } catch (error) {
        this.say(`${this.name} can't start: ${String(error)}`)
        await Bun.sleep(AGAIN_MS)
      }
    }
  }

  private get saved(): string {
    return `${this.data}.saved`
  }

  private copy(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true, preserveTimestamps: true })
    keepOwner(from, to)
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

/** Postgres takes no files that belong to somebody else, and copies belong to who made them. */
function keepOwner(from: string, to: string): void {
  const { uid, gid } = statSync(from)
  if (uid === process.getuid?.()) return
  for (const path of ["", ...readdirSync(to, { recursive: true, encoding: "utf8" })])
    chownSync(join(to, path), uid, gid)
}
