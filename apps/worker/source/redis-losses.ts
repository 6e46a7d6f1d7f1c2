/** What went away with a Redis, as the books in Postgres tell it. */

import type { Database } from "@tallyroom/lib/database"
import { numberArray } from "@tallyroom/lib/postgres-array"
import { type Holding, isHolding } from "../leases/holding"

/** Writes acceptance counters into `acceptances`, where they are greater than what stands there. Any worker may, at any time. */
export async function recordSeen(sql: Database, shard: number, counters: Map<number, number>): Promise<void> {
  // Sorted, so that two workers never wait for each other.
  await sql`
    INSERT INTO acceptances AS known (poll, shard, accepted)
    SELECT seen.poll, ${shard}::smallint, seen.accepted
    FROM unnest(${numberArray(counters.keys())}::integer[], ${numberArray(counters.values())}::bigint[]) AS seen(poll, accepted)
    JOIN polls ON number = seen.poll ORDER BY seen.poll
    ON CONFLICT (poll, shard) DO UPDATE SET accepted = excluded.accepted WHERE known.accepted < excluded.accepted`
}

/**
 * Writes acceptance counters into the books, where they are greater than what the books have: those of this Redis, and those
 * that were seen before.
 */
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
    SELECT poll, ${holding.shard}::smallint, max(accepted) FROM (
      SELECT poll, accepted FROM unnest(${numbers}::integer[], ${accepted}::bigint[]) AS c(poll, accepted)
      UNION ALL
      SELECT poll, accepted FROM acceptances JOIN polls ON number = poll WHERE shard = ${holding.shard}
    ) AS known
    WHERE ${isHolding(sql, holding)} GROUP BY poll
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
      SELECT poll AS of_poll, counted + replaced + late + set_aside + copies AS explained
      FROM books WHERE shard = ${holding.shard}
    ) AS known
    WHERE shard = ${holding.shard} AND poll = of_poll AND accepted <> explained + lost AND ${isHolding(sql, holding)}
    RETURNING poll, lost`
  return rows.map((row) => ({ poll: Number(row.poll), lost: Number(row.lost) }))
}
