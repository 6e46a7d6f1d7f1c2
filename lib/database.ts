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

/** Whether an error says that Postgres is away or going away, rather than that a statement is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  const code = String((error as { code?: unknown })?.code ?? "")
  return AWAY.has(code) || code.startsWith("08") || code.startsWith("57P")
}

/** Whether Postgres refused a statement for its content (SQLSTATE classes 21, 22 and 23): trying again changes nothing. */
export function isRefusedContent(error: unknown): boolean {
  return /^2[123]/.test(String((error as { code?: unknown })?.code ?? ""))
}

const AWAY = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EPIPE",
  "EAI_AGAIN",
])

/** The channels on which Postgres tells what changed; the payload is a poll's number. */
export const CHANNELS = { polls: "tallyroom_polls", tally: "tallyroom_tally" } as const
