/** No request waits for ever for a Postgres that accepts statements and answers none. */

import { Problem } from "@tallyroom/lib/errors"

/** A statement here takes milliseconds; after this long somebody who waits is better told. */
const STATEMENT_DEADLINE_MS = 3_000

/** A change may wait for another one of the same poll. */
export const CHANGE_DEADLINE_MS = 8_000

/** @throws {Problem} database-away when `answer` takes longer than `ms`. */
export function withDeadline<T>(answer: Promise<T>, ms = STATEMENT_DEADLINE_MS): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const detail = "The database does not answer in time: look again in a moment."
  const timer = setTimeout(() => reject(new Problem("database-away", detail, { retryAfter: 1 })), ms)
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer))
}
