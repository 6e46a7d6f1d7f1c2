/** No request waits for ever for a Postgres that accepts statements and answers none. */

import { Problem } from "@tallyroom/lib/errors"
import { within } from "@tallyroom/lib/within"

/** A statement here takes milliseconds; after this long somebody who waits is better told. */
const STATEMENT_DEADLINE_MS = 3_000

/** A change may wait for another one of the same poll. */
export const CHANGE_DEADLINE_MS = 8_000

/** @throws {Problem} database-away when `answer` takes longer than `ms`. */
export function withDeadline<T>(answer: Promise<T>, ms = STATEMENT_DEADLINE_MS): Promise<T> {
  const detail = "The database does not answer in time: look again in a moment."
  return within(ms, answer, () => new Problem("database-away", detail, { retryAfter: 1 }))
}
