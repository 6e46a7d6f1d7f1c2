/** What went away with a Redis, as the books in Postgres tell it. */

import type { Database } from "@tallyroom/lib/database"
import { numberArray } from "@tallyroom/lib/postgres-array"
import { type Holding, isHolding } from "../leases/holding"

/** Writes this Redis's acceptance counters into the books, where they are greater than what the books have. */
export async function recordAccepted(
  sql: Database,
  holding: Holding,
  counters: Map<number, number>,
): Promise<void> {
  const some = [...counters].filter(([, accepted]) => accepted > 0)
  const numbers = numberArray(some.map(([poll]) => poll))
  const accepted = numberArray(some.map(([, n]) => n))
  await sql`
    INSERT INTO books (poll, shard, accepted)
    SELECT poll, ${holding.shard}::smallint, accepted
    FROM unnest(${numbers}::integer[], ${accepted}::bigint[]) AS c(poll, accepted)
    WHERE ${isHolding(sql, holding)}
    ON CONFLICT (poll, shard) DO UPDATE SET accepted = GREATEST(books.accepted, excluded.accepted)`
}

/**
 * Writes into the books the ballots that were accepted and went away with a Redis. Everything that is left in its stream must
 * have been counted before. Where a counter went away before it was read after a batch, what was counted tells what was
 * accepted. Doing it again changes nothing.
 */
export async function bookLosses(sql: Database, holding: Holding): Promise<{ poll: number; lost: number }[]> {
  const rows = await sql`
    UPDATE books SET
      lost = GREATEST(lost, accepted - explained),
      accepted = GREATEST(accepted, explained + lost),
      version = version + 1
    FROM (
      SELECT poll AS of_poll, counted + replaced + late + set_aside AS explained
      FROM books WHERE shard = ${holding.shard}
    ) AS known
    WHERE shard = ${holding.shard} AND poll = of_poll AND accepted <> explained + lost AND ${isHolding(sql, holding)}
    RETURNING poll, lost`
  return rows.map((row) => ({ poll: Number(row.poll), lost: Number(row.lost) }))
}
