/** No request waits for ever for a Postgres that accepts statements and answers none. */

import { Problem } from "@tallyroom/lib/errors"

/** A statement here takes milliseconds; after this long somebody who waits is better told. */
const STATEMENT_DEADLINE_MS = 3_000

/** @throws {Problem} database-away when `answer` takes longer than `ms`. */
export function withDeadline<T>(answer: Promise<T>, ms = STATEMENT_DEADLINE_MS): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const detail = "The results can't be read in time just now: try again."
  const timer = setTimeout(() => reject(new Problem("database-away", detail, { retryAfter: 1 })), ms)
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer))
}
