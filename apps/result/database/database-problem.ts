import { isDatabaseAway } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"

/** The problem that clients are told when the database can't be reached; null for any other error. */
export function databaseProblem(error: unknown): Problem | null {
  if (!isDatabaseAway(error)) return null
  const detail = "The results can't be read for a moment: try again."
  return new Problem("database-away", detail, { retryAfter: 1, cause: error })
}
