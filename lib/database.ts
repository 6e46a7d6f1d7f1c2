/** Connections to Postgres, for worker and result alike, and what its errors say of it. */

import postgres from "postgres"
import { backoff } from "./backoff"

export type Database = postgres.Sql<{ bigint: number }>

/** How long connecting may take. A statement has no deadline of its own: whoever waits sets one (`within`). */
const CONNECT_TIMEOUT_S = 5

/**
 * Opens a pool that comes back by itself. Counts and milliseconds come as numbers (they stay below 2^53);
 * array types are not looked up, so array parameters are written as Postgres literals.
 */
export function openDatabase(url: string, options: { name: string; connections: number }): Database {
  return postgres(url, {
    ...everyConnection(options.name),
    max: options.connections,
    backoff: (attempt) => backoff(attempt) / 1_000,
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  })
}

/** One connection, to listen on. */
export type ListenerConnection = postgres.Sql

/**
 * Opens one connection to listen on. It lives until it is lost or ended, and nothing brings it back: what was told in
 * between is lost, so whoever listens opens another one and reads everything anew.
 * @param onNotify hears the payload of each notification on a channel that is listened to
 * @param onClose hears that the connection was lost
 */
export function openListener(
  url: string,
  { name, onNotify, onClose }: { name: string; onNotify: (payload: string) => void; onClose: () => void },
): ListenerConnection {
  const options = {
    ...everyConnection(name),
    max: 1,
    max_lifetime: null,
    // The types of postgres.js don't know it.
    onnotify: (_channel: string, payload: string) => onNotify(payload),
    onclose: onClose,
  }
  return postgres(url, options)
}

function everyConnection(name: string) {
  return {
    connect_timeout: CONNECT_TIMEOUT_S,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: `tallyroom-${name}` },
  }
}

/**
 * Whether an error says that Postgres is away, going away or unable to serve for now, rather than that a statement is
 * wrong: the same may be asked again in a moment.
 */
export function isDatabaseAway(error: unknown): boolean {
  const { code = "", syscall = "" } = (error ?? {}) as { code?: unknown; syscall?: unknown }
  return CONNECTING.has(String(syscall)) || AWAY.has(String(code)) || AWAY_STATES.test(String(code))
}

/** Whether Postgres refused a statement for its content (SQLSTATE classes 21, 22 and 23): trying again changes nothing. */
export function isRefusedContent(error: unknown): boolean {
  return /^2[123]/.test(String((error as { code?: unknown })?.code ?? ""))
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
  // Names
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  // TLS
  "EPROTO",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
])

/**
 * The SQLSTATEs of the same: lost connections (08), no room for a connection, in memory or on the disk (53), stopped by an
 * operator, a shutdown or a timeout (57), the server's own input and output (58); and of the other classes a standby or a
 * database that was made read-only (25006), a transaction that took too long (25P03, 25P04), one that a standby or
 * another transaction was in the way of (40001, 40003, 40P01), and a lock that was not to be had in time (55P03).
 */
const AWAY_STATES = /^((08|53|57|58)[0-9A-Z]{3}|25006|25P03|25P04|40001|40003|40P01|55P03)$/

/** The channels on which Postgres tells what changed; the payload is a poll's number. */
export const CHANNELS = { polls: "tallyroom_polls", tally: "tallyroom_tally" } as const
