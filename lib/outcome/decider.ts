/** Decides polls in a thread of its own, which is started when it is needed, and anew after it failed. */

import { addressNow, type GivenAddress } from "../postgres/address"
import { logEachCause } from "../process/cause-log"
import type { Log } from "../process/logging"
import { within } from "../within"
import type { Ask, Reply } from "./outcome-protocol"
import type { DecidedTally } from "./read-outcome"

/** More than the deadline of the thread's own statements: a thread that says nothing for so long hangs. */
const DEADLINE_MS = 25_000
/** A thread that nobody asks takes memory for nothing. */
const IDLE_MS = 60_000

export type DeciderOptions = {
  databaseUrl: GivenAddress
  /** By which its connection is known to Postgres. */
  name: string
  log: Pick<Log, "warn">
  deadlineMs?: number
  /** The thread's program, where it is not the usual one. */
  program?: string
}

type Waiting = PromiseWithResolvers<DecidedTally | null>

/** A poll was not decided. Whoever asks again may get an answer. */
export class Undecided extends Error {
  override readonly name = "Undecided"
}

export class Decider {
  private thread: Worker | null = null
  private readonly waiting = new Map<number, Waiting>()
  private asked = 0
  private idle: Timer | undefined
  private readonly failed: (error: unknown) => void

  constructor(private readonly options: DeciderOptions) {
    this.failed = logEachCause(options.log, "a poll was not decided; it will be")
  }

  /**
   * What the whole ballots of a poll decide now, or decided for good.
   * @param poll its number
   * @returns null where there is no such poll, or its tally alone decides it
   * @throws {Undecided} when Postgres or the thread fails or takes too long; the log says so once for each cause
   */
  async decide(poll: number): Promise<DecidedTally | null> {
    const { deadlineMs = DEADLINE_MS } = this.options
    const thread = this.running()
    const asked = ++this.asked
    const reply = Promise.withResolvers<DecidedTally | null>()
    this.waiting.set(asked, reply)
    thread.postMessage(this.ask(asked, poll))
    try {
      const late = () => new Undecided(`Poll ${poll} was not decided within ${deadlineMs} ms`)
      return await within(deadlineMs, reply.promise, late)
    } catch (error) {
      // It answers each failure of Postgres: without any answer nothing is to be hoped of it.
      if (this.waiting.has(asked)) this.end(thread, error as Error)
      this.failed(error)
      throw error
    } finally {
      this.waiting.delete(asked)
      this.rest()
    }
  }

  /** Whoever still waits is told that nothing comes. */
  stop(): void {
    if (this.thread) this.end(this.thread, new Undecided("the process stops"))
  }

  private ask(asked: number, poll: number): Ask {
    const { databaseUrl, name } = this.options
    return { asked, poll, address: addressNow(databaseUrl), name }
  }

  private running(): Worker {
    clearTimeout(this.idle)
    if (this.thread) return this.thread
    // The name of a compiled program's own file, too: the compiler puts the thread beside the app.
    const program = this.options.program ?? new URL("./outcome-thread.ts", import.meta.url).href
    const thread = new Worker(program)
    thread.onmessage = ({ data }: MessageEvent<Reply>) => this.hear(data)
    thread.onerror = (event) => this.end(thread, new Undecided(`The thread failed: ${event.message}`))
    thread.addEventListener("close", () => this.end(thread, new Undecided("The thread ended")))
    this.thread = thread
    return thread
  }

  private hear(reply: Reply): void {
    const waiting = this.waiting.get(reply.asked)
    this.waiting.delete(reply.asked)
    if ("answer" in reply) waiting?.resolve(reply.answer)
    else waiting?.reject(Object.assign(new Undecided(reply.failed), { code: reply.code }))
  }

  private end(thread: Worker, error: Error): void {
    if (this.thread !== thread) return
    this.thread = null
    clearTimeout(this.idle)
    thread.terminate()
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }

  private rest(): void {
    const { thread } = this
    clearTimeout(this.idle)
    if (thread && this.waiting.size === 0)
      this.idle = setTimeout(() => this.end(thread, new Undecided("idle")), IDLE_MS).unref()
  }
}
