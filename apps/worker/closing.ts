/** From open to closed when the time has come, and from closed to final when everything accepted before is counted. */

import type { Position } from "@tallyroom/lib/ballots"
import type { Database } from "@tallyroom/lib/database"

/** Closes the polls whose `closes_at` has passed. Redis refuses their ballots since then by its own clock. */
export async function closeDue(sql: Database): Promise<string[]> {
  const rows = await sql`
    UPDATE polls SET state = 'closed', closed_at = now(), revision = revision + 1
    WHERE state = 'open' AND closes_at <= now() RETURNING id`
  return rows.map((row) => String(row.id))
}

/** Notes the last entry that a shard accepted before the poll was closed there. The first note stands. */
export async function noteClosing(sql: Database, poll: number, shard: number, last: Position): Promise<void> {
  await sql`
    INSERT INTO closings (poll, shard, ms, seq) VALUES (${poll}, ${shard}, ${last.ms}, ${last.seq})
    ON CONFLICT DO NOTHING`
}

/** Makes final every closed poll of which all shards have counted past their closing. */
export async function finalise(sql: Database): Promise<string[]> {
  const rows = await sql`
    UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1
    WHERE state = 'closed' AND NOT EXISTS (
      SELECT FROM shards LEFT JOIN closings ON closings.shard = shards.shard AND closings.poll = polls.number
      WHERE closings.poll IS NULL OR (shards.ms, shards.seq) < (closings.ms, closings.seq))
    RETURNING id`
  return rows.map((row) => String(row.id))
}
