/** One connection that hears what changed in Postgres, and tells how Postgres is. */

import { backoff, pause } from "../backoff"
import {
  CHANNELS,
  type Database,
  isAnswering,
  type ListenerConnection,
  openListenerConnection,
  renewSilentConnections,
} from "../database"
import type { Log } from "../process/logging"
import { within } from "../within"

/** How often the connection is tried; a cut cable, or a pooler that keeps notifications back, shows by nothing else. */
const HEARTBEAT_MS = 1_000
/** By this a statement is answered, and what it notifies is heard. */
const ANSWER_MS = 3_000
/** What asks at least as often as this listener has waited for so long, too, when it finds Postgres silent. */
const SILENT_MS = ANSWER_MS - HEARTBEAT_MS
/** A restarting Postgres should be found again soon, and a missing one not be hammered. */
const LONGEST_WAIT_MS = 1_000

type Channel = keyof typeof CHANNELS

export type Heard = {
  /** The number of a poll that changed (`polls`), or whose votes did (`tally`). */
  changed: (channel: Channel, poll: number) => void
  /** Whatever was committed before this moment (ms of performance.now()) was heard. Said each second while that can be known. */
  missedNothingUntil?: (moment: number) => void
  /** Anything may have been missed: after each start, and once a second while nothing is heard. */
  unsure: () => void
}

/** `deaf`: Postgres answers, and its notifications do not arrive. `no-schema`: there are no tables yet. */
export type ListenerState = "starting" | "away" | "deaf" | "no-schema" | "listening"

export type ListenerOptions = {
  url: string
  name: string
  heard: Heard
  log: Pick<Log, "info" | "warn">
  /** Other connections, over which this listener notifies itself. If they are found silent with it, they are renewed. */
  sql: Database
  /** More connections, which are looked after likewise. */
  others?: Database[]
  /** Whether there is something to read; without it there is. */
  isPrepared?: (sql: Database) => Promise<boolean>
}

/** A notification to oneself did not arrive. */
class Deaf extends Error {
  override readonly name = "Deaf"
}

class Silent extends Error {
  override readonly name = "Silent"
}

export class Listener {
  private readonly stopping = new AbortController()
  /** A channel of this listener's own, on which it hears itself. */
  private readonly echo = `tallyroom_echo_${crypto.randomUUID().slice(0, 8)}`
  private current: ListenerState = "starting"
  private ended: Promise<unknown> = Promise.resolve()
  private onEcho: () => void = () => {}

  constructor(private readonly options: ListenerOptions) {}

  get state(): ListenerState {
    return this.current
  }

  /** Connects, and goes on for ever: whatever goes away is waited for. */
  start(): void {
    const unsure = setInterval(() => {
      if (this.current !== "listening") this.options.heard.unsure()
    }, HEARTBEAT_MS)
    this.ended = this.listenAgainAndAgain().finally(() => clearInterval(unsure))
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.ended
  }

  private async listenAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping
    for (let attempt = 1; !signal.aborted; attempt++) {
      await this.listen(() => {
        attempt = 0
      }).catch((error) => {
        if (error instanceof Silent) for (const sql of this.pools()) renewSilentConnections(sql, SILENT_MS)
        this.enter(error instanceof Deaf ? "deaf" : "away", error)
      })
      await pause(backoff(attempt, LONGEST_WAIT_MS), signal)
    }
  }

  /** The life of one connection; rejects when it is lost. */
  private async listen(onListening: () => void): Promise<void> {
    const { url, name, isPrepared = async () => true, heard } = this.options
    const lost = new AbortController()
    const connection = openListenerConnection(url, {
      name,
      onNotify: (channel, payload) => this.hear(channel, payload),
      onClose: () => lost.abort(),
    })
    this.stopping.signal.addEventListener("abort", connection.destroy)
    try {
      const { sql } = connection
      if (!(await answered(isPrepared(sql)))) {
        this.enter("no-schema")
        return
      }
      for (const channel of [this.echo, ...Object.values(CHANNELS)])
        await answered(sql`LISTEN ${sql(channel)}`)
      await this.hearOneself(connection)
      this.enter("listening")
      onListening()
      heard.unsure()
      await this.beat(connection, lost.signal)
    } finally {
      this.stopping.signal.removeEventListener("abort", connection.destroy)
      connection.destroy()
    }
  }

  private hear(channel: string, payload: string): void {
    if (channel === this.echo) this.onEcho()
    for (const name of Object.keys(CHANNELS) as Channel[])
      if (CHANNELS[name] === channel) this.options.heard.changed(name, Number(payload))
  }

  /**
   * That a statement is answered does not prove that this connection hears anything: a pooler may listen on another one. What
   * tells is a notification by somebody else.
   */
  private async hearOneself({ sql }: ListenerConnection): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.onEcho = resolve
    await answered(sql`SELECT 1`)
    const notified = performance.now()
    if (!(await this.notifyOneself())) return
    const deaf = () =>
      new Deaf("Postgres answers, but notifications do not arrive: is there a pooler in transaction mode?")
    await within(ANSWER_MS, promise, deaf)
    this.options.heard.missedNothingUntil?.(notified)
  }

  /** @returns whether that could be done; a Postgres that is slow to write, or busy with other statements, proves nothing */
  private async notifyOneself(): Promise<boolean> {
    const { sql } = this.options
    const [isThere] = await Promise.all(this.pools().map((pool) => isAnswering(pool, ANSWER_MS, SILENT_MS)))
    if (!isThere) return false
    return answered(sql`SELECT pg_notify(${this.echo}, '')`).then(
      () => true,
      () => false,
    )
  }

  private pools(): Database[] {
    const { sql, others = [] } = this.options
    return [sql, ...others]
  }

  private async beat(connection: ListenerConnection, lost: AbortSignal): Promise<void> {
    const either = AbortSignal.any([lost, this.stopping.signal])
    for (;;) {
      await pause(HEARTBEAT_MS, either)
      if (either.aborted) break
      await this.hearOneself(connection)
    }
    if (!this.stopping.signal.aborted) throw new Error("the listening connection was closed")
  }

  /** Says each change of state once. */
  private enter(state: Exclude<ListenerState, "starting">, error?: unknown): void {
    if (this.stopping.signal.aborted || state === this.current) return
    this.current = state
    const { log } = this.options
    if (state === "listening") log.info("listening to Postgres")
    else if (state === "no-schema") log.warn("waiting for a worker to make the tables in Postgres")
    else if (state === "deaf") log.warn({ err: error }, "changes are not heard; asking for them each second")
    else log.warn({ err: error }, "Postgres is away; trying again until it is back")
  }
}

function answered<T>(answer: Promise<T>): Promise<T> {
  return within(ANSWER_MS, answer, () => new Silent(`Postgres did not answer within ${ANSWER_MS} ms`))
}
