/** The steps that polls take by themselves, by Postgres's clock: they open and close at their time, and become final. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import type { Poll } from "@tallyroom/lib/polls/poll"

/** Opens the drafts whose `opens_at` has passed; one that would be over already stays a draft. */
export async function openDue(sql: Database): Promise<string[]> {
  const rows = await sql`
    UPDATE polls SET state = 'open', revision = revision + 1
    WHERE state = 'draft' AND opens_at <= now() AND (closes_at IS NULL OR closes_at > now()) RETURNING id`
  return rows.map((row) => String(row.id))
}

/** Closes the polls whose `closes_at` has passed. Redis refuses their ballots since then by its own clock. */
export async function closeDue(sql: Database): Promise<string[]> {
  const rows = await sql`
    UPDATE polls SET state = 'closed', revision = revision + 1
    WHERE state IN ('open', 'paused') AND closes_at <= now() RETURNING id`
  return rows.map((row) => String(row.id))
}

/** A poll's stop: it takes no votes since, but may go on later, and stop once more. Its stops are counted. */
export type Stop = { poll: number; stop: number }

/** The stop that this poll is in; null while it may take votes, or when it never did. */
export function stopOf({ number, state, stops }: Pick<Poll, "number" | "state" | "stops">): Stop | null {
  return state === "paused" || state === "closed" ? { poll: number, stop: stops } : null
}

/**
 * Records the last entry that a shard accepted before the poll stopped there. The first record of a stop stands, and a later stop
 * replaces it. So a worker that read an old poll, or an old marker in a stream, can't bring an earlier stop back; nor one that Postgres
 * knows nothing of, because it went back since. The poll counts as closed (paused) from the last of these records on: only since then does no shard
 * take votes.
 * @returns whether Postgres knows of this stop
 */
export async function recordStop(
  sql: Database,
  { poll, stop }: Stop,
  shard: number,
  last: Position,
): Promise<boolean> {
  const [row] = await sql`
    WITH stopped AS (SELECT number FROM polls WHERE number = ${poll} AND stops >= ${stop}::integer), recorded AS (
      INSERT INTO closings AS known (poll, shard, ms, seq, stop)
      SELECT number, ${shard}::smallint, ${last.ms}::bigint, ${last.seq}::bigint, ${stop}::integer FROM stopped
      ON CONFLICT (poll, shard) DO UPDATE SET ms = excluded.ms, seq = excluded.seq, stop = excluded.stop
      WHERE known.stop < excluded.stop
      RETURNING poll
    ), moved AS (
      UPDATE polls SET closed_at = CASE WHEN state = 'closed' THEN now() END,
        paused_at = CASE WHEN state = 'paused' THEN now() ELSE paused_at END
      FROM recorded WHERE number = recorded.poll AND stops = ${stop}::integer AND state IN ('paused', 'closed')
    )
    SELECT EXISTS (SELECT FROM stopped) AS stopped`
  return row?.stopped === true
}

/**
 * Forgets records of stops that have not happened. Workers from before migration 0017 recorded whatever a marker in a broker's stream said, and
 * whoever had vote's credentials could write one: the stop, once it happens, would be taken for recorded, or never be.
 */
export async function forgetUnknownStops(sql: Database): Promise<void> {
  await sql`DELETE FROM closings USING polls WHERE number = closings.poll AND closings.stop > polls.stops`
}

/**
 * Makes every closed poll final whose closing can't be undone any more, once all shards have counted past its end. Undoing a
 * close changes the same row on the same condition, so that one of the two finds the row changed and does nothing.
 */
export async function finalise(sql: Database): Promise<string[]> {
  const rows = await sql`
    UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1
    FROM room
    WHERE state = 'closed'
      AND (deleting_at IS NOT NULL OR closed_at IS NULL OR closed_at <= now() - final_after * interval '1 second')
      AND NOT EXISTS (
        SELECT FROM shards
        LEFT JOIN closings ON closings.shard = shards.shard AND closings.poll = polls.number AND stop = polls.stops
        WHERE closings.poll IS NULL OR (shards.ms, shards.seq) < (closings.ms, closings.seq))
    RETURNING polls.id`
  return rows.map((row) => String(row.id))
}
