/** Which final polls wait for what is written of them once for good. */

import type { Database } from "@tallyroom/lib/database"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { numberArray } from "@tallyroom/lib/postgres-array"

/** The numbers of those of the polls that are final in Postgres, too, and of which this table has nothing yet. */
export async function finalWithout(
  sql: Database,
  table: "outcomes" | "ballot_files",
  polls: readonly PlacedPoll[],
): Promise<Set<number>> {
  const rows = await sql`
    SELECT number FROM polls
    WHERE number = ANY(${numberArray(polls.map(({ number }) => number))}::integer[]) AND state = 'final' AND deleting_at IS NULL
      AND NOT EXISTS (SELECT FROM ${sql(table)} WHERE poll = number)`
  return new Set(rows.map(({ number }) => Number(number)))
}
