/** The connection to Postgres, the same for worker and result. */

import postgres from "postgres"
import { backoff } from "./backoff"

export type Database = postgres.Sql<{ bigint: number }>

/** Milliseconds that connecting may take, and a statement that a person waits for. */
const CONNECT_TIMEOUT_S = 5

/**
 * Opens a pool that comes back by itself. Counts and milliseconds come as numbers (they stay below 2^53);
 * array types are not looked up, so array parameters are written as Postgres literals.
 */
export function openDatabase(url: string, options: { name: string; connections: number }): Database {
  return postgres(url, {
    max: options.connections,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: (attempt) => backoff(attempt) / 1_000,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: `tallyroom-${options.name}` },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  })
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
