/**
 * Deleting a poll, after an admin asked for it. It closes and becomes final like any other. Then every shard replaces its copy
 * by a tombstone, and Postgres records each in `burials`. When all have, the poll's row goes, and afterwards, bit by bit, what
 * hung on it. Each step may be taken again, by any worker, after a crash at any point.
 */

import type { Database } from "@tallyroom/lib/database"

/** Deleting many rows at once would keep a connection busy for seconds. */
const ROWS_A_STEP = 20_000
/** A worker that read the poll before it went may still write rows of it for a moment; no statement takes this long. */
const SETTLED_AFTER_SECONDS = 60

/** Records that a shard has a tombstone in the place of its copy of the poll. */
export async function recordTombstone(sql: Database, poll: number, shard: number): Promise<void> {
  await sql`INSERT INTO burials (poll, shard) VALUES (${poll}, ${shard}) ON CONFLICT DO NOTHING`
}

/** Deletes the polls of which every shard has a tombstone. From here on they are gone for everybody. @returns their ids */
export async function deleteTombstoned(sql: Database): Promise<string[]> {
  const rows = await sql`
    WITH gone AS (
      DELETE FROM polls WHERE deleting_at IS NOT NULL AND state = 'final' AND NOT EXISTS (
        SELECT FROM shards LEFT JOIN burials ON burials.shard = shards.shard AND burials.poll = polls.number
        WHERE burials.poll IS NULL)
      RETURNING number, id
    )
    INSERT INTO deleted_polls (number, id) SELECT number, id FROM gone RETURNING id`
  return rows.map((row) => String(row.id))
}

/** All polls that were ever deleted. */
export async function readDeletedPolls(sql: Database): Promise<{ number: number; id: string }[]> {
  const rows = await sql`SELECT number, id FROM deleted_polls`
  return rows.map((row) => ({ number: Number(row.number), id: String(row.id) }))
}

/** Removes what hung on deleted polls from every table. */
export async function sweepDeleted(sql: Database, signal: AbortSignal): Promise<void> {
  const rows = await sql`
    SELECT number, deleted_at < now() - ${SETTLED_AFTER_SECONDS} * interval '1 second' AS settled
    FROM deleted_polls WHERE swept_at IS NULL`
  for (const { number, settled } of rows) {
    await sweepVotes(sql, number, signal)
    await sweepRest(sql, number, signal)
    if (signal.aborted) return
    if (settled) await sql`UPDATE deleted_polls SET swept_at = now() WHERE number = ${number}`
  }
}

async function sweepVotes(sql: Database, poll: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Other workers sweep too: each takes rows that no other has.
    const { count } = await sql`
      DELETE FROM votes WHERE poll = ${poll} AND voter IN (
        SELECT voter FROM votes WHERE poll = ${poll} LIMIT ${ROWS_A_STEP} FOR UPDATE SKIP LOCKED)`
    if (count === 0) return
  }
}

/** What else hung on a poll. */
const REST = [
  "replaced_votes",
  "timeline",
  "tallies",
  "marks",
  "outcomes",
  "ballot_files",
  "books",
  "acceptances",
  "closings",
  "burials",
  "set_aside",
]

/** Each statement takes few enough rows to end before Postgres gives it up. */
async function sweepRest(sql: Database, poll: number, signal: AbortSignal): Promise<void> {
  for (const table of REST) {
    for (let count = ROWS_A_STEP; count > 0 && !signal.aborted; ) {
      const deleted = await sql`
        DELETE FROM ${sql(table)} WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM ${sql(table)} WHERE poll = ${poll} LIMIT ${ROWS_A_STEP} FOR UPDATE SKIP LOCKED))`
      count = deleted.count
    }
  }
}
