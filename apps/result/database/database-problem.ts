/** What clients are told when Postgres can't serve them. */

import { isDatabaseAway } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"

/** The problem of an error of Postgres that passes by itself, or once its operator has acted; null for any other error. */
export function databaseProblem(error: unknown): Problem | null {
  const { code = "", severity = "", severity_local = "" } = (error ?? {}) as Record<string, unknown>
  if (code === REFUSED_RIGHT) {
    const detail =
      "This app may not use its tables in Postgres: its readiness and its log say what to grant. Try again then."
    return away(detail, error)
  }
  if (NOT_MADE_YET.has(String(code))) {
    return away("The tables are not there yet: try again in a moment.", error)
  }
  if (isDatabaseAway(error) || ENDS_SESSION.has(String(severity || severity_local))) {
    return away("The results can't be read for a moment: try again.", error)
  }
  return null
}

function away(detail: string, cause: unknown): Problem {
  return new Problem("database-away", detail, { retryAfter: 1, cause })
}

/** Postgres refused or ended the session itself, for whatever reason: a wrong password, no such database, no right to connect. */
const ENDS_SESSION = new Set(["FATAL", "PANIC"])

/** insufficient_privilege */
const REFUSED_RIGHT = "42501"

/** An unknown table, column, function, type or schema: before a worker has made those of this version, the database counts as away. */
const NOT_MADE_YET = new Set(["42P01", "42703", "42883", "42704", "3F000"])
