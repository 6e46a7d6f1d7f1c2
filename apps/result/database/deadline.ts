/** Deadlines for statements, so that no request waits for ever when Postgres accepts statements and does not answer. */

import type { Database } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { within } from "@tallyroom/lib/within"

/** A statement of this app takes milliseconds. Whoever has waited for so long is better told that it failed. */
const STATEMENT_DEADLINE_MS = 3_000

/** After this Postgres itself ends a statement, for which nobody waits any more: that of a change has to wait for others at most as long. */
export const STATEMENT_MS = 4_000

/** The deadline of a change, which may have to wait for another change of the same poll. */
export const CHANGE_DEADLINE_MS = 8_000

/** @throws {Problem} database-away when `answer` takes longer than `ms`. */
export function withDeadline<T>(answer: Promise<T>, ms = STATEMENT_DEADLINE_MS): Promise<T> {
  const detail = "The database does not answer in time: look again in a moment."
  const cause = () => new Error(`Postgres did not answer within ${ms} ms`)
  return within(ms, answer, () => new Problem("database-away", detail, { retryAfter: 1, cause: cause() }))
}

/** What may take longer than other statements. @throws {Problem} database-away when it takes longer than `ms` */
export function withLongDeadline<T>(
  sql: Database,
  ms: number,
  read: (sql: Queries) => PromiseLike<T>,
): Promise<T> {
  const answer = sql.begin(async (transaction) => {
    await transaction`SELECT set_config('statement_timeout', ${String(ms)}, true)`
    return await read(transaction)
  })
  return withDeadline(answer as Promise<T>, ms)
}
