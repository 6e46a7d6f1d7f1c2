/** Connections to Postgres, for worker and result alike, and what its errors say of it. */

import { backoff } from "./backoff"
import { addressNow, type GivenAddress, readGivenAddress } from "./postgres/address"
import { GuardedPool } from "./postgres/guarded-pool"
import { refusedParameter } from "./postgres/parameter-refusal"
import { openPool, type Pool } from "./postgres/pool"
import { within } from "./within"

export type Database = Pool["sql"]

/** How long connecting may take. */
const CONNECT_TIMEOUT_S = 5
/** What is asked first here is refused by Postgres itself where it can be, so that its statement is over as well. */
const REFUSED_BEFORE_MS = 2_000
/**
 * The longest pause before connecting anew. A statement waits for it, sometimes behind another one, and whoever asked gives up
 * after three seconds: it is told that Postgres refused only if that comes first.
 */
const LONGEST_PAUSE_MS = 500
/** Waiting for a lock ends earlier still: it says nothing of Postgres. */
const LOCK_SHARE = 0.5
/** After this Postgres ends the session of a client that vanished, and gives up its locks. */
const VANISHED = { tcp_keepalives_idle: 20, tcp_keepalives_interval: 5, tcp_keepalives_count: 4 }

/** What is read from Postgres, and written to it, is so whatever its operator chose. Each pooler knows these. */
const READABLE = {
  DateStyle: "ISO, MDY",
  TimeZone: "UTC",
  client_encoding: "UTF8",
  standard_conforming_strings: "on",
}

/**
 * Whoever is told that something is stored relies on it: a role or database that has it off, as some do for speed, would lose what
 * was counted last in a crash of Postgres.
 */
const DURABLE = { synchronous_commit: "on" }

/**
 * Each statement is planned once for each connection, and not for each execution: where planning takes longer than executing, as of large
 * statements over few rows. A plan may outlive the time when its tables were small, so that it finds rows by an index however few
 * there are.
 */
const PLANNED_ONCE = { plan_cache_mode: "force_generic_plan", enable_seqscan: "off" }

export type DatabaseOptions = {
  name: string
  connections: number
  /**
   * How long a statement may take. Postgres refuses it somewhat earlier. If not even that comes, all connections are destroyed
   * and made anew. Without it a statement may take as long as it likes: for people who wait at a terminal.
   */
  answerMs?: number
  /** When Postgres ends a statement, where nobody waits for one nearly as long as `answerMs`. A pooler may keep it from knowing. */
  statementMs?: number
  /** Whether each statement is planned once a connection, for good: for what is executed often and finds its rows by keys. */
  isPlannedOnce?: boolean
  /** Is told whenever connections were destroyed for their silence, and what may be the cause. */
  onSilent?: (cause: string) => void
  /** Is told what a pooler refuses, once for each address. */
  onRefused?: (what: string) => void
}

const SILENT = "Postgres left a statement without an answer; connecting anew"
const POOL_TOO_SMALL =
  "the pooler before Postgres left a statement without an answer; connecting anew. In session mode its pool must have a connection for each of ours: see docs/stores.md"

/** Addresses at which a session may be given no parameters of ours, so that the next pool need not try. */
const plainPlaces = new Set<string>()
const guards = new WeakMap<Database, GuardedPool>()
const unconfirmed = new WeakMap<Database, number>()
/** The part of Postgres that warns when somebody ends a wait for a synchronous standby: its words depend on the server's language. */
const WAITS_FOR_STANDBY = "SyncRepWaitForLSN"

/**
 * Opens a pool that comes back by itself. Counts and milliseconds come as numbers (they stay below 2^53);
 * array types are not looked up, so array parameters are written as Postgres literals.
 */
export function openDatabase(
  given: GivenAddress,
  { name, connections, answerMs, statementMs, isPlannedOnce = false, onSilent, onRefused }: DatabaseOptions,
): Database {
  const url = addressNow(given)
  const address = readGivenAddress(given)
  const onNotice = ({ routine }: { routine?: string }) => {
    if (routine === WAITS_FOR_STANDBY) unconfirmed.set(guard.sql, unconfirmedCommits(guard.sql) + 1)
  }
  const open = (session: Session = {}) =>
    openPool(address, {
      ...everyConnection(name, session),
      ...(answerMs !== undefined && { onnotice: onNotice }),
      max: connections,
      backoff: (attempt) => backoff(attempt, LONGEST_PAUSE_MS) / 1_000,
      types: {
        bigint: { to: 20, from: [20], parse: Number, serialize: String },
      },
    })
  if (answerMs === undefined) return open().sql
  const usual = sessionFor(statementMs ?? refusedAfter(answerMs))
  let session: Session = plainPlaces.has(url) ? {} : { ...usual, ...(isPlannedOnce && PLANNED_ONCE) }
  const tell = (isPooled: boolean) => onSilent?.(isPooled ? POOL_TOO_SMALL : SILENT)
  const isMended = (error: unknown) => {
    // After a failover the connections lead to a standby still.
    if (isReadOnly(error)) return true
    const refused = refusedParameter(error)
    if (refused === null || refused in address.session) return false
    if (refused in PLANNED_ONCE) {
      session = usual
      return true
    }
    if (!plainPlaces.has(url)) onRefused?.(plainly(refused))
    plainPlaces.add(url)
    session = {}
    return true
  }
  const guard = new GuardedPool(() => open(session), { answerMs, onSilent: tell, isMended })
  guards.set(guard.sql, guard)
  return guard.sql
}

/**
 * How often a commit over a pool with deadlines was acknowledged although no synchronous standby has it, as somebody ended its wait
 * (pg_cancel_backend). Whatever is committed after it is acknowledged once a standby has both.
 */
export function unconfirmedCommits(sql: Database): number {
  return unconfirmed.get(sql) ?? 0
}

/** Destroys all connections of a pool with deadlines; what waits on them is rejected, and others are made. */
export function renewConnections(sql: Database): void {
  guards.get(sql)?.renew()
}

/** The same, but only if statements wait and not one was answered for so long; `onSilent` is told. */
export function renewSilentConnections(sql: Database, silentMs: number): void {
  guards.get(sql)?.renewIfSilent(silentMs)
}

/**
 * Asks over a pool for what Postgres answers at once, and destroys its connections if nothing came for so long although it was
 * that statement's turn. While other statements are at work on every connection it is not.
 * @returns whether the answer came within `withinMs`
 */
export async function isAnswering(sql: Database, withinMs: number, silentMs: number): Promise<boolean> {
  const asked = sql`SELECT 1`
  try {
    await within(withinMs, asked, () => new Error("no answer"))
    return true
  } catch {
    const guard = guards.get(sql)
    if (guard && guard.turnMs(asked) > silentMs) guard.renewIfSilent(silentMs)
    return false
  }
}

/** Does something that may rightly take long, such as a migration, without deadlines, while Postgres answers others. */
export function patiently<T>(sql: Database, work: (sql: Database) => Promise<T>): Promise<T> {
  return guards.get(sql)?.patiently(work) ?? work(sql)
}

/** Parameters of a session, which win over those of its role and database. */
type Session = Record<string, number | string>

function refusedAfter(answerMs: number): number {
  return Math.max(answerMs - REFUSED_BEFORE_MS, answerMs / 2)
}

function sessionFor(statement: number): Session {
  return { ...DURABLE, ...VANISHED, statement_timeout: statement, lock_timeout: statement * LOCK_SHARE }
}

function isReadOnly(error: unknown): boolean {
  return (error as { code?: unknown })?.code === "25006"
}

function plainly(parameter: string): string {
  return `the pooler before Postgres refuses ${parameter}; connected without it and its like (docs/stores.md)`
}

/** One connection, to listen on. */
export type ListenerConnection = { sql: Database; destroy: () => void }

/**
 * Opens one connection to listen on. It lives until it is lost or destroyed, and nothing brings it back: what was told in
 * between is lost, so whoever listens opens another one and reads everything anew.
 * @param onNotify hears each notification on a channel that is listened to
 * @param onClose hears that the connection was lost
 */
export function openListenerConnection(
  given: GivenAddress,
  {
    name,
    onNotify,
    onClose,
  }: { name: string; onNotify: (channel: string, payload: string) => void; onClose: () => void },
): ListenerConnection {
  const options = {
    ...everyConnection(name, {}),
    max: 1,
    max_lifetime: null,
    // The types of postgres.js don't know it.
    onnotify: onNotify,
    onclose: onClose,
  }
  return openPool(readGivenAddress(given), options)
}

function everyConnection(name: string, session: Session) {
  return {
    connect_timeout: CONNECT_TIMEOUT_S,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: `tallyroom-${name}`, ...READABLE, ...session },
  }
}

/**
 * Whether an error says that Postgres is away, going away or unable to serve for now, rather than that a statement is
 * wrong: the same may be asked again in a moment.
 */
export function isDatabaseAway(error: unknown): boolean {
  const { code = "", syscall = "" } = (error ?? {}) as { code?: unknown; syscall?: unknown }
  const name = String(code)
  return CONNECTING.has(String(syscall)) || AWAY.has(name) || AWAY_STATES.test(name) || TLS_FAULTS.test(name)
}

/** Whether Postgres refused a statement for its content (SQLSTATE classes 21, 22 and 23): trying again changes nothing. */
export function isRefusedContent(error: unknown): boolean {
  return /^2[123]/.test(String((error as { code?: unknown })?.code ?? ""))
}

/** Whether Postgres gave a statement up because it took too long (SQLSTATE query_canceled). */
export function isTimedOut(error: unknown): boolean {
  return (error as { code?: unknown })?.code === "57014"
}

/** Whether a lock was not to be had in time (SQLSTATE lock_not_available). */
export function isLocked(error: unknown): boolean {
  return (error as { code?: unknown })?.code === "55P03"
}

/** Whatever comes of looking a name up, or of connecting: a name that is gone, no route, a firewall, no socket file. */
const CONNECTING = new Set(["getaddrinfo", "connect"])

/** What the client and the sockets below it say of a connection that was lost, or could not be made. */
const AWAY = new Set([
  // postgres.js
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "SASL_SIGNATURE_MISMATCH",
  // Our own
  "NO_TLS",
  "NO_HOST",
  // Sockets
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ENOTCONN",
  "ESHUTDOWN",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENETRESET",
  "EADDRNOTAVAIL",
  "ENOBUFS",
  "ERR_SOCKET_CLOSED",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
  // Names
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  // TLS
  "EPROTO",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH",
])

/** What is wrong with a certificate of either side, or with a handshake, as OpenSSL and Node call it. */
const TLS_FAULTS =
  /^(ERR_(TLS|SSL|OSSL|BORINGSSL)_?|CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_|UNABLE_TO_)/

/**
 * The SQLSTATEs of the same: lost connections (08), no room for a connection, in memory or on the disk (53), stopped by an
 * operator, a shutdown or a timeout (57), the server's own input and output (58); and of the other classes a standby or a
 * database that was made read-only (25006), a transaction that took too long (25P03, 25P04), one that a standby or
 * another transaction was in the way of (40000, 40001, 40003, 40P01), and a lock that was not to be had in time (55P03).
 */
const AWAY_STATES = /^((08|53|57|58)[0-9A-Z]{3}|25006|25P03|25P04|40000|40001|40003|40P01|55P03)$/

/** The channels on which Postgres tells what changed; the payload is a poll's number. */
export const CHANNELS = { polls: "tallyroom_polls", tally: "tallyroom_tally" } as const

/**
 * Beside the news of a tally: `<poll number> <ms>`, when the first of the ballots was accepted that it counts anew. On a channel of
 * its own, as an earlier version takes all that stands on the other for a number.
 */
export const ACCEPTED_CHANNEL = "tallyroom_accepted"

/** Beside it, too: `<poll number> <traceparent>`, where the trace of a ballot goes on that the tally counts anew. */
export const TRACED_CHANNEL = "tallyroom_traced"
