/** Beside a worker of an earlier version no poll is made whose ballots it does not know: it would write the poll as one of its own kind. */

import { isOneVote } from "@tallyroom/lib/ballots/choice"
import { Problem } from "@tallyroom/lib/errors"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { isAlive } from "../database/alive-workers"

/** Versions that know this migration know ballots of every kind. */
const KNOWS_BALLOTS = 20
const RETRY_SECONDS = 10

/** @throws {Problem} database-away while such a worker is at work */
export async function requireWorkersThatKnow(
  sql: Queries,
  { ballot }: { ballot?: Poll["ballot"] | undefined },
): Promise<void> {
  if (ballot === undefined || isOneVote({ ballot })) return
  const [older] = await sql`SELECT FROM workers WHERE schema < ${KNOWS_BALLOTS} AND ${isAlive(sql)} LIMIT 1`
  if (!older) return
  const detail =
    "A worker of an earlier version is at work, which knows no ballots of this kind: finish the upgrade, and try again."
  throw new Problem("database-away", detail, { retryAfter: RETRY_SECONDS })
}
