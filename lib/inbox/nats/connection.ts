/** The connection to NATS, which comes back by itself, and the names by which a shard's stream is known there. */

import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream"
import { connect, type NatsConnection, usernamePasswordAuthenticator } from "@nats-io/transport-node"
import { backoff } from "../../backoff"
import { type ConnectionEvents, onceMissed, type StoreHealth, unconnected } from "../../health"
import { renewedTlsFiles, type TlsFiles } from "../../tls-files"
import { type Access, currently } from "../access"
import { InboxAway } from "../contract"
import { readStoreAddress, serversIn } from "../store-address"

const DEFAULT_PORT = 4_222
const CONNECT_TIMEOUT_MS = 2_000
/** What the worker asks may take longer than what a voter waits for. */
export const NATS_ADMIN_TIMEOUT_MS = 3_000
const PING_INTERVAL_MS = 2_000

/** JSStreamMaxMsgsPerSubject and JSStreamNotFoundErr, as the server calls them. */
const SUBJECT_TAKEN = 10_077
const STREAM_NOT_FOUND = 10_059

/** Whether NATS refused a message because another stands on its subject. */
export function isSubjectTaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === SUBJECT_TAKEN
}

/** Whether NATS has no such stream. */
export function isStreamUnknown(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND
}

/** The stream that holds a shard's stream. */
export const natsStream = (stream: string) => `tallyroom-${stream}`

/**
 * One subject a poll and voter, on which NATS keeps one message and refuses a second. The ballots by which a voter changes
 * a choice stand on subjects of their own, counted by `turn`.
 */
export const subjectOf = (stream: string, { poll, voter }: { poll: number; voter: string }, turn = 0) =>
  `tallyroom.${stream}.${poll}.${voter}.${turn}`

/** Where the markers of a poll's stop stand, each on a subject of its own; those of earlier versions do not. */
export const stopSubject = (stream: string, { poll, stop }: { poll: number; stop: number }, own: string) =>
  `tallyroom.${stream}.stops.${poll}.${stop}.${own}`

/** All subjects of a stream, of one poll in it, or of one voter of that poll. */
export const subjectsOf = (stream: string, ...within: (string | number)[]) =>
  ["tallyroom", stream, ...within, ">"].join(".")

/** Of addresses that are compared, as passwords are changed without leading elsewhere. */
const LOGIN = /\/\/[^,]*@/g

type Jet = { js: JetStreamClient; manager: JetStreamManager }

export class Nats implements StoreHealth {
  private connection: NatsConnection | null = null
  private jet: Jet | null = null
  private connected = false
  private since = Number.NEGATIVE_INFINITY
  private closed = false
  private reason: Error | undefined
  private readonly events: Required<ConnectionEvents>

  constructor(
    /** To servers of one cluster, with the same user. */
    private readonly access: Access,
    events: ConnectionEvents,
  ) {
    this.events = onceMissed(events)
    void this.connectForEver()
  }

  problem(): string | null {
    return this.connected ? null : unconnected("NATS", this.reason)
  }

  connectedAt(): number {
    return this.since
  }

  /** @throws {InboxAway} while there is no connection: nothing is held back until there is one */
  get(): Jet {
    if (!this.connected || !this.jet) throw new InboxAway(unconnected("NATS", this.reason))
    return this.jet
  }

  async close(): Promise<void> {
    this.closed = true
    this.connected = false
    await this.connection?.close()
  }

  /** The client reconnects by itself, but only after it was connected once. One that ends is made anew. */
  private async connectForEver(): Promise<void> {
    for (let attempt = 1; !this.closed; attempt++) {
      try {
        await this.connect()
        attempt = 0
        await this.follow()
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)))
      }
      if (this.closed) return
      this.markLost()
      await Bun.sleep(backoff(attempt))
    }
  }

  private async connect(): Promise<void> {
    const { url, tls } = this.access()
    const servers = serversIn(url).map(readStoreAddress)
    const needsTls = tls !== undefined || servers.some(({ scheme }) => scheme === "tls")
    this.connection = await connect({
      servers: servers.map(
        ({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port || DEFAULT_PORT}`,
      ),
      ...(servers[0]?.user && { authenticator: this.logIn() }),
      ...(needsTls && { tls: renewedTls(tls) }),
      name: "tallyroom",
      timeout: CONNECT_TIMEOUT_MS,
      pingInterval: PING_INTERVAL_MS,
      maxReconnectAttempts: -1,
      // A login that is refused twice in a row may be let in later: passwords are changed, and servers start with old ones.
      ignoreAuthErrorAbort: true,
      reconnectDelayHandler: () => {
        // It knows no other servers than those that it was given, and those that they told it of.
        if (this.access().url.replace(LOGIN, "") !== url.replace(LOGIN, "")) void this.connection?.close()
        return backoff(1)
      },
    })
    this.jet = {
      js: jetstream(this.connection),
      manager: await jetstreamManager(this.connection, { checkAPI: false }),
    }
    this.markConnected()
    if (this.closed) await this.connection.close()
  }

  /** Asks anew for user and password at each connection that the client makes by itself. */
  private logIn() {
    const first = () => ({ url: serversIn(this.access().url)[0] ?? "" })
    const now = currently(first, (address) => address)
    return usernamePasswordAuthenticator(
      () => now().user,
      () => now().password,
    )
  }

  private fail(error: Error): void {
    // What a connection that lives is denied is no reason to be without one.
    if (!this.connected) this.reason = error
    this.events.onError(error)
  }

  private markConnected(): void {
    this.reason = undefined
    this.since = performance.now()
    this.connected = true
    this.events.onConnected()
  }

  private markLost(): void {
    this.connected = false
    if (!this.closed) this.events.onLost()
  }

  /** Settles when the client has ended. */
  private async follow(): Promise<void> {
    for await (const status of this.connection?.status() ?? []) {
      if (status.type === "disconnect" || status.type === "staleConnection") this.markLost()
      if (status.type === "reconnect" && !this.closed) this.markConnected()
      if (status.type !== "error") continue
      this.fail(status.error)
      if (!this.connected) this.markLost()
    }
  }
}

/** What the client asks for at each connection, also at those that it makes by itself. */
function renewedTls(files: TlsFiles = {}): TlsFiles {
  const current = renewedTlsFiles(files)
  const names = Object.keys(current()) as (keyof TlsFiles)[]
  return Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { enumerable: true, get: () => current()[name] }])),
  )
}
