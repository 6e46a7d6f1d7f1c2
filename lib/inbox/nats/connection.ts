/** The connection to NATS, which comes back by itself, and the names by which a shard's stream is known there. */

import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StoredMsg,
} from "@nats-io/jetstream"
import { connect, errors, type NatsConnection, usernamePasswordAuthenticator } from "@nats-io/transport-node"
import { backoff } from "../../backoff"
import { type ConnectionEvents, onceMissed, type StoreHealth, unconnected } from "../../health"
import { readTlsFiles } from "../../tls-files"
import type { Access } from "../access"
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

/** Where a worker writes what is on no other subject; the markers of earlier versions stand there. */
export const noteSubject = (stream: string, own: string) => `tallyroom.${stream}.notes.${own}`

/** Whether only a worker may write there, by the rights of NATS's users. */
export const isOfWorker = (subject: string) => /^tallyroom\.[^.]+\.(stops|notes|first)(\.|$)/.test(subject)

/** All subjects of a stream, of one poll in it, or of one voter of that poll. */
export const subjectsOf = (stream: string, ...within: (string | number)[]) =>
  ["tallyroom", stream, ...within, ">"].join(".")

/** By what the subjects begin on which NATS answers a client of this side, so that users in one account can be kept from hearing each other. */
const answersOf = (side: NatsSide) => `_INBOX.${side}`

/**
 * Under which prefix vote may read a message at a stream's leader where it has an account of its own: there `$JS.API` is that account's,
 * which has no streams (`apps/worker/credentials/nats-users.ts`).
 */
export const IMPORTED_API = "tallyroom.api"

export type NatsSide = "vote" | "worker"

type Jet = { js: JetStreamClient; manager: JetStreamManager; imported: JetStreamManager }

export class Nats implements StoreHealth {
  private connection: NatsConnection | null = null
  private jet: Jet | null = null
  private connected = false
  private since = Number.NEGATIVE_INFINITY
  private closed = false
  private isToldLost = false
  /** Servers of the cluster, by what the last one told, beside those of the address. */
  private told: string[] = []
  private reason: Error | undefined
  private readonly events: Required<ConnectionEvents>
  /** Whether this user's own account holds the streams, as it turned out: then nothing answers under the other prefix. */
  private hasStreams = false

  constructor(
    private readonly side: NatsSide,
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

  /** The last message on a subject, as the leader of the stream's servers has it; null where there is none. */
  async lastAtLeader(stream: string, subject: string): Promise<StoredMsg | null> {
    const { manager, imported } = this.get()
    const ask = ({ streams }: JetStreamManager) =>
      streams.getMessage(natsStream(stream), { last_by_subj: subject })
    if (this.hasStreams) return ask(manager)
    try {
      return await ask(imported)
    } catch (error) {
      if (!isNobodyThere(error)) throw error
    }
    const found = await ask(manager)
    this.hasStreams = true
    return found
  }

  async close(): Promise<void> {
    this.closed = true
    this.connected = false
    await this.connection?.close()
  }

  /**
   * Each connection is another client: by itself one connects again to the servers that it was given, with the files that they had,
   * and does not say why it fails.
   */
  private async connectForEver(): Promise<void> {
    for (let attempt = 1; !this.closed; attempt++) {
      try {
        await this.connect()
        attempt = 0
        await this.follow()
      } catch (error) {
        this.isToldLost = false
        this.fail(error instanceof Error ? error : new Error(String(error)))
        this.markLost()
      }
      if (!this.closed) await Bun.sleep(backoff(attempt))
    }
  }

  private async connect(): Promise<void> {
    const { url, tls } = this.access()
    const given = serversIn(url).map(readStoreAddress)
    const needsTls = tls !== undefined || given.some(({ scheme }) => scheme === "tls")
    const places = given.map(
      ({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port || DEFAULT_PORT}`,
    )
    const connection = await connect({
      servers: [...new Set([...places, ...this.told])],
      ...(given[0]?.user && {
        authenticator: usernamePasswordAuthenticator(given[0].user, given[0].password),
      }),
      ...(needsTls && { tls: readTlsFiles(tls) }),
      name: "tallyroom",
      inboxPrefix: answersOf(this.side),
      timeout: CONNECT_TIMEOUT_MS,
      pingInterval: PING_INTERVAL_MS,
      reconnect: false,
    })
    this.connection = connection
    this.jet = {
      js: jetstream(connection),
      manager: await jetstreamManager(connection, { checkAPI: false }),
      imported: await jetstreamManager(connection, { checkAPI: false, apiPrefix: IMPORTED_API }),
    }
    this.hasStreams = false
    this.markConnected()
    if (this.closed) await connection.close()
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
    this.isToldLost = false
    this.events.onConnected()
  }

  /** Told once for each connection, and for each that could not be made. */
  private markLost(): void {
    if (this.isToldLost) return
    this.connected = false
    this.isToldLost = true
    if (!this.closed) this.events.onLost()
  }

  /** Settles when the client has ended. */
  private async follow(): Promise<void> {
    for await (const status of this.connection?.status() ?? []) {
      if (status.type === "disconnect" || status.type === "staleConnection") this.markLost()
      if (status.type === "error") this.fail(status.error)
    }
    this.told = this.connection?.info?.connect_urls ?? this.told
    const why = await this.connection?.closed()
    if (why) this.fail(why)
    this.markLost()
  }
}

/** Whether nobody answers on a subject, or the user may not ask there. */
function isNobodyThere(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError || error instanceof errors.PermissionViolationError)
    return true
  return error instanceof Error && error.cause !== undefined && isNobodyThere(error.cause)
}
