/** One connection that hears what changed in Postgres, and tells how Postgres is. */

import { backoff, pause } from "../backoff"
import {
  ACCEPTED_CHANNEL,
  CHANNELS,
  type Database,
  isAnswering,
  type ListenerConnection,
  openListenerConnection,
  renewConnections,
  renewSilentConnections,
  TRACED_CHANNEL,
} from "../database"
import { reasonText } from "../health"
import type { Log } from "../process/logging"
import { remedyFor, withRemedy } from "../remedies"
import { within } from "../within"
import type { GivenAddress } from "./address"
import { assertFit, UnfitDatabase } from "./fitness"
import { isLater, type Lineage, lineageOf, noteLineage, outdatedProblem } from "./lineage"
import { isPooledConnection } from "./pooler-watch"

/** How often the connection is tried; a cut cable, or a pooler that keeps notifications back, shows by nothing else. */
const HEARTBEAT_MS = 1_000
/** By this a statement is answered, and what it notifies is heard. */
const ANSWER_MS = 3_000
/** What asks at least as often as this listener has waited for so long, too, when it finds Postgres silent. */
const SILENT_MS = ANSWER_MS - HEARTBEAT_MS
/** A pooler may be replaced by one that keeps sessions, or be taken out of the way. */
const LISTEN_AGAIN_MS = 30_000
/** How often it must have heard itself to be believed. */
const PROOFS = 3
/** A restarting Postgres should be found again soon, and a missing one not be hammered. */
const LONGEST_WAIT_MS = 1_000

type Channel = keyof typeof CHANNELS

export type Heard = {
  /** The number of a poll that changed (`polls`), or whose votes did (`tally`). */
  changed: (channel: Channel, poll: number) => void
  /** The tally of the poll counts ballots anew, of which the first was accepted at this moment (ms, the inbox's clock). */
  accepted?: (poll: number, since: number) => void
  /** The tally of the poll counts a ballot anew whose trace goes on here. */
  traced?: (poll: number, traceparent: string) => void
  /** Whatever was committed before this moment (ms of performance.now()) was heard. Said each second while that can be known. */
  missedNothingUntil?: (moment: number) => void
  /** Anything may have been missed: after each start, and once a second while nothing is heard. */
  unsure: () => void
}

/**
 * `deaf`: Postgres answers, and its notifications do not arrive. `asking`: a pooler keeps them back, so changes are asked for.
 * So they are, too, where an address for listening alone leads nowhere. `no-schema`: there are no tables yet. `unfit`: this database can't be used.
 */
export type ListenerState = "starting" | "away" | "deaf" | "asking" | "no-schema" | "unfit" | "listening"

export type ListenerOptions = {
  url: GivenAddress
  name: string
  heard: Heard
  log: Pick<Log, "info" | "warn" | "error">
  /** Other connections, over which this listener notifies itself. If they are found silent with it, they are renewed. */
  sql: Database
  /** More connections, which are looked after likewise. */
  others?: Database[]
  /** Whether there is something to read; without it there is. */
  isPrepared?: (sql: Database) => Promise<boolean>
  /** Why there is nothing to read where one listens alone; null, as without it, when there is. */
  problemThere?: (sql: Database) => Promise<string | null>
  /** Whether `url` was given for listening alone: what is wrong with it leaves everything else to `sql`. */
  isForListening?: boolean
}

/** A notification to oneself did not arrive. */
class Deaf extends Error {
  override readonly name = "Deaf"
}

/** A session of Postgres served two connections, as poolers by transactions have it. */
class Shared extends Deaf {}

const DEAF =
  "Postgres answers, but notifications do not arrive: DATABASE_URL and what is listened at must lead to the same database, without a pooler in transaction mode"

/** The address for listening alone can't be used, and the other can. */
class Elsewhere extends Error {
  override readonly name = "Elsewhere"

  constructor(cause: unknown) {
    const why = cause instanceof Error ? reasonText(cause) : String(cause)
    super(`DATABASE_LISTEN_URL: ${withRemedy("Postgres", why)}`, { cause })
  }
}

const CLOSED = "the listening connection was closed"
const TAKEN_OVER =
  "Postgres failed over: a standby that was promoted answers, or what was put back from a backup"
const ASKING =
  "the pooler before Postgres keeps notifications back, so changes are asked for each second; set DATABASE_LISTEN_URL to an address without it to hear them at once"

/** What stands on `ACCEPTED_CHANNEL`. */
const ACCEPTED = /^(\d{1,10}) (\d{1,15})$/

/** What stands on `TRACED_CHANNEL`; whoever goes on with the trace reads its name. */
const TRACED = /^(\d{1,10}) ([0-9a-f-]{55})$/

class Silent extends Error {
  override readonly name = "Silent"
}

export class Listener {
  private readonly stopping = new AbortController()
  /** A channel of this listener's own, on which it hears itself. */
  private readonly echo = `tallyroom_echo_${crypto.randomUUID().slice(0, 8)}`
  private current: ListenerState = "starting"
  private why = ""
  /** The reasons that the log names for the outage that lasts. */
  private readonly said = new Set<string>()
  private ended: Promise<unknown> = Promise.resolve()
  private onEcho: () => void = () => {}
  /** Of the Postgres that was listened to last. */
  private lineage: Lineage | null = null
  private takenOver = 0

  constructor(private readonly options: ListenerOptions) {}

  get state(): ListenerState {
    return this.current
  }

  /** Why the database is unfit, or there is no connection. */
  get reason(): string {
    return this.why
  }

  /** How often a standby that was promoted has taken over since this listener began. */
  get failovers(): number {
    return this.takenOver
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
        if (error instanceof Elsewhere) return this.askInstead(error)
        const reason = withRemedy("Postgres", error instanceof Error ? reasonText(error) : String(error))
        const isAnother = reason !== this.why
        this.why = reason
        if (
          isAnother &&
          this.current === "away" &&
          !(error instanceof Deaf || error instanceof UnfitDatabase)
        )
          this.tellAnother(error)
        this.enter(error instanceof Deaf ? "deaf" : error instanceof UnfitDatabase ? "unfit" : "away", error)
      })
      await pause(backoff(attempt, LONGEST_WAIT_MS), signal)
    }
  }

  /** Rejects when the connection is lost, or there is none. */
  private async listen(onListening: () => void): Promise<void> {
    const { isForListening = false } = this.options
    if (!isForListening) return this.listenOnce(onListening)
    const isReadable = await this.isReadable().catch((error) => {
      // Those statements may be behind others, and listening need not wait for them.
      if (error instanceof Silent) return true
      throw error
    })
    if (!isReadable) return this.enter("no-schema")
    await this.listenOnce(onListening).catch(async (error) => {
      if (!(await this.isReadable())) return this.enter("no-schema")
      throw new Elsewhere(error)
    })
  }

  /** Whether there is something to read over the other connections. */
  private async isReadable(): Promise<boolean> {
    const { sql, isPrepared = async () => true } = this.options
    await answered(assertFit(sql))
    return answered(isPrepared(sql))
  }

  /** The life of one connection; rejects when it is lost. */
  private async listenOnce(onListening: () => void): Promise<void> {
    const { url, name, isForListening = false } = this.options
    const { isPrepared = async () => true, problemThere = async () => null } = this.options
    const lost = new AbortController()
    const connection = openListenerConnection(url, {
      name,
      onNotify: (channel, payload) => this.hear(channel, payload),
      onClose: () => lost.abort(),
    })
    this.stopping.signal.addEventListener("abort", connection.destroy)
    try {
      const { sql } = connection
      await answered(assertFit(sql))
      this.follow(await answered(lineageOf(sql)))
      const problem = isForListening ? await answered(problemThere(sql)) : null
      if (problem !== null) throw new Error(problem)
      if (!isForListening && !(await answered(isPrepared(sql)))) {
        this.enter("no-schema")
        return
      }
      const { accepted, traced } = this.options.heard
      const besides = [...(accepted ? [ACCEPTED_CHANNEL] : []), ...(traced ? [TRACED_CHANNEL] : [])]
      for (const channel of [this.echo, ...besides, ...Object.values(CHANNELS)])
        await answered(sql`LISTEN ${sql(channel)}`)
      await this.listenOr(connection, lost.signal, onListening).catch(async (error) => {
        if (!(await this.mayAsk(error, connection))) throw error
        this.enter("asking")
        onListening()
        await this.askMeanwhile(connection, lost.signal)
      })
    } finally {
      this.stopping.signal.removeEventListener("abort", connection.destroy)
      connection.destroy()
    }
  }

  /** @throws {Error} for an old primary, which may answer where one address leads to any of several */
  private follow(found: Lineage | null): void {
    if (!found) return
    const problem = outdatedProblem(found)
    if (problem !== null) throw new Error(`this Postgres is not used: ${problem}`)
    noteLineage(found)
    const before = this.lineage
    this.lineage = found
    if (!isLater(found, before)) return
    this.takenOver++
    const { timeline } = found
    this.options.log.warn({ timeline, before: before?.timeline }, TAKEN_OVER)
    // Where one address leads to whichever is the primary, some of them may still lead to the old one.
    for (const sql of this.pools()) renewConnections(sql)
  }

  private async listenOr(
    connection: ListenerConnection,
    lost: AbortSignal,
    onListening: () => void,
  ): Promise<void> {
    for (let proofs = 0; proofs < PROOFS && !lost.aborted; ) if (await this.hearOneself(connection)) proofs++
    if (lost.aborted) throw new Error(CLOSED)
    this.enter("listening")
    onListening()
    this.options.heard.unsure()
    await this.beat(connection, lost)
  }

  /** Whether a pooler keeps the notifications back, and asking will do. */
  private async mayAsk(error: unknown, { sql }: ListenerConnection): Promise<boolean> {
    if (!(error instanceof Deaf) || this.options.isForListening) return false
    return error instanceof Shared || answered(isPooledConnection(sql))
  }

  private hear(channel: string, payload: string): void {
    if (channel === this.echo) this.onEcho()
    if (channel === ACCEPTED_CHANNEL) this.hearAccepted(payload)
    if (channel === TRACED_CHANNEL) this.hearTraced(payload)
    for (const name of Object.keys(CHANNELS) as Channel[])
      if (CHANNELS[name] === channel) this.options.heard.changed(name, Number(payload))
  }

  private hearAccepted(payload: string): void {
    const [, poll, since] = ACCEPTED.exec(payload) ?? []
    if (since !== undefined) this.options.heard.accepted?.(Number(poll), Number(since))
  }

  private hearTraced(payload: string): void {
    const [, poll, traceparent] = TRACED.exec(payload) ?? []
    if (traceparent !== undefined) this.options.heard.traced?.(Number(poll), traceparent)
  }

  /**
   * That a statement is answered does not prove that this connection hears anything: a pooler may listen on another one. What
   * tells is a notification by somebody else; and by chance one is heard even then, where two share a session.
   * @returns whether that was proved; a Postgres that is slow to write, or busy with other statements, proves nothing
   */
  private async hearOneself({ sql }: ListenerConnection): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.onEcho = resolve
    const [own] = await answered(sql`SELECT pg_backend_pid() AS pid`)
    const notified = performance.now()
    const other = await this.notifyOneself()
    if (other === null) return false
    const [still] = await answered(sql`SELECT pg_backend_pid() AS pid`)
    if (own?.pid === other || own?.pid !== still?.pid) throw new Shared(DEAF)
    await within(ANSWER_MS, promise, () => new Deaf(DEAF))
    // Before, it may have missed what changed since the connection before was lost.
    if (this.current === "listening") this.options.heard.missedNothingUntil?.(notified)
    return true
  }

  /** @returns by which session that was done; null where it could not be */
  private async notifyOneself(): Promise<number | null> {
    const { sql } = this.options
    const [isThere] = await Promise.all(this.pools().map((pool) => isAnswering(pool, ANSWER_MS, SILENT_MS)))
    if (!isThere) return null
    // Nobody needs it on a disk, and it must not wait for a synchronous standby that is away.
    return answered(sql`
      SELECT pg_backend_pid() AS pid, set_config('synchronous_commit', 'off', true), pg_notify(${this.echo}, '')`).then(
      ([row]) => row?.pid ?? null,
      () => null,
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
    if (!this.stopping.signal.aborted) throw new Error(CLOSED)
  }

  /** Whoever listens reads everything each second; here it shows whether Postgres answers. */
  private async askMeanwhile({ sql }: ListenerConnection, lost: AbortSignal): Promise<void> {
    const either = AbortSignal.any([lost, this.stopping.signal])
    const end = performance.now() + LISTEN_AGAIN_MS
    while (!either.aborted && performance.now() < end) {
      await answered(sql`SELECT 1`)
      await pause(HEARTBEAT_MS, either)
    }
    if (lost.aborted) throw new Error(CLOSED)
  }

  /** Each reason is said once. */
  private askInstead(error: Elsewhere): void {
    if (this.stopping.signal.aborted) return
    if (this.current !== "asking") this.said.clear()
    this.current = "asking"
    this.why = error.message
    if (this.said.has(this.why)) return
    this.said.add(this.why)
    this.options.log.warn(`${this.why}; changes are asked for each second`)
  }

  /** Reasons that take turns are each said once an outage. */
  private tellAnother(error: unknown): void {
    if (this.stopping.signal.aborted || this.said.has(this.why)) return
    this.said.add(this.why)
    this.options.log.warn({ err: error }, `Postgres is still away, and the reason is another: ${this.why}`)
  }

  /** Says each change of state once. */
  private enter(state: Exclude<ListenerState, "starting">, error?: unknown): void {
    if (this.stopping.signal.aborted || state === this.current) return
    this.current = state
    this.said.clear()
    if (state === "away") this.said.add(this.why)
    const { log } = this.options
    if (state === "listening") log.info("listening to Postgres")
    else if (state === "no-schema") log.warn("waiting for the tables in Postgres")
    else if (state === "asking") log.warn(ASKING)
    else if (state === "unfit") log.error({ err: error }, this.why)
    else if (state === "deaf") log.warn({ err: error }, "changes are not heard; asking for them each second")
    else {
      const remedy = remedyFor("Postgres", this.why)
      log.warn(
        { err: error },
        `Postgres is away; trying again until it is back${remedy ? ` (${remedy})` : ""}`,
      )
    }
  }
}

function answered<T>(answer: Promise<T>): Promise<T> {
  return within(ANSWER_MS, answer, () => new Silent(`Postgres did not answer within ${ANSWER_MS} ms`))
}
