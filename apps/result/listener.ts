/** One connection that hears what changed, and tells how Postgres is: away, without the schema, or listening. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { CHANNELS, type ListenerConnection, openListener } from "@tallyroom/lib/database"
import type { Log } from "@tallyroom/lib/process/logging"
import { withDeadline } from "./database/deadline"

/** How often the connection is tried; a cut cable shows by nothing else. */
const HEARTBEAT_MS = 1_000
/** A restarting Postgres should be found again soon, and a missing one not be hammered. */
const LONGEST_WAIT_MS = 1_000

export type Heard = {
  /** The number of a poll that changed, or whose votes did. */
  changed: (poll: number) => void
  /** Anything may have been missed: after each start, and once a second while nothing is heard. */
  unsure: () => void
}

type State = "starting" | "away" | "no-schema" | "listening"

export class Listener {
  readonly #url: string
  readonly #heard: Heard
  readonly #log: Pick<Log, "info" | "warn">
  readonly #stopping = new AbortController()
  #state: State = "starting"
  #ended: Promise<unknown> = Promise.resolve()

  constructor(options: { url: string; heard: Heard; log: Pick<Log, "info" | "warn"> }) {
    this.#url = options.url
    this.#heard = options.heard
    this.#log = options.log
  }

  get state(): State {
    return this.#state
  }

  /** Connects, and goes on for ever: whatever goes away is waited for. */
  start(): void {
    const unsure = setInterval(() => {
      if (this.#state !== "listening") this.#heard.unsure()
    }, HEARTBEAT_MS)
    this.#ended = this.#listenAgainAndAgain().finally(() => clearInterval(unsure))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#ended
  }

  async #listenAgainAndAgain(): Promise<void> {
    const { signal } = this.#stopping
    for (let attempt = 1; !signal.aborted; attempt++) {
      await this.#listen(() => {
        attempt = 0
      }).catch((error) => this.#enter("away", error))
      await pause(backoff(attempt, LONGEST_WAIT_MS), signal)
    }
  }

  /** The life of one connection; rejects when it is lost. */
  async #listen(onListening: () => void): Promise<void> {
    const lost = new AbortController()
    const sql = openListener(this.#url, {
      name: "result-listen",
      onNotify: (payload) => this.#heard.changed(Number(payload)),
      onClose: () => lost.abort(),
    })
    const end = () => void sql.end({ timeout: 0 })
    this.#stopping.signal.addEventListener("abort", end)
    try {
      if (!(await this.#schemaIsThere(sql))) return
      for (const channel of Object.values(CHANNELS)) await withDeadline(sql`LISTEN ${sql(channel)}`)
      this.#enter("listening")
      onListening()
      this.#heard.unsure()
      await this.#beat(sql, lost.signal)
    } finally {
      this.#stopping.signal.removeEventListener("abort", end)
      end()
    }
  }

  async #schemaIsThere(sql: ListenerConnection): Promise<boolean> {
    const [row] = await withDeadline(
      sql`SELECT to_regclass('polls') IS NOT NULL AND has_table_privilege(to_regclass('polls'), 'SELECT') AS there`,
    )
    if (row?.there !== true) this.#enter("no-schema")
    return row?.there === true
  }

  async #beat(sql: ListenerConnection, lost: AbortSignal): Promise<void> {
    const either = AbortSignal.any([lost, this.#stopping.signal])
    while (!either.aborted) {
      await withDeadline(sql`SELECT 1`)
      await pause(HEARTBEAT_MS, either)
    }
    if (!this.#stopping.signal.aborted) throw new Error("The listening connection was closed.")
  }

  /** Says each change of state once. */
  #enter(state: Exclude<State, "starting">, error?: unknown): void {
    if (this.#stopping.signal.aborted || state === this.#state) return
    this.#state = state
    if (state === "listening") this.#log.info("listening to Postgres")
    else if (state === "no-schema") this.#log.warn("waiting for a worker to make the tables in Postgres")
    else this.#log.warn({ err: error }, "Postgres is away; trying again until it is back")
  }
}
