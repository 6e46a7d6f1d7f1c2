/** Deadlines for statements, so that no request waits for ever when Postgres accepts statements and does not answer. */

import { Problem } from "@tallyroom/lib/errors"
import { within } from "@tallyroom/lib/within"

/** A statement of this app takes milliseconds. Whoever has waited for so long is better told that it failed. */
const STATEMENT_DEADLINE_MS = 3_000

/** The deadline of a change, which may have to wait for another change of the same poll. */
export const CHANGE_DEADLINE_MS = 8_000

/** @throws {Problem} database-away when `answer` takes longer than `ms`. */
export function withDeadline<T>(answer: Promise<T>, ms = STATEMENT_DEADLINE_MS): Promise<T> {
  const detail = "The database does not answer in time: look again in a moment."
  const cause = () => new Error(`Postgres did not answer within ${ms} ms`)
  return within(ms, answer, () => new Problem("database-away", detail, { retryAfter: 1, cause: cause() }))
}
