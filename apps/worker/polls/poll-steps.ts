/** The steps that polls take by themselves, by Postgres's clock: they open and close at their time, and become final. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { numberArray } from "@tallyroom/lib/postgres-array"

/**
 * The most polls that take a step in one statement: of thousands whose time is the same second it would take longer than Postgres lets a
 * statement take. Rows that somebody else has at hand are left for the next statement, so that workers never wait for each other.
 */
const POLLS_A_STEP = 1_000

/** Opens drafts whose `opens_at` has passed; one that would be over already stays a draft. @returns the ids of some of them, or of all */
export async function openDue(sql: Database): Promise<string[]> {
  const rows = await sql`
    WITH due AS MATERIALIZED (
      SELECT number FROM polls
      WHERE state = 'draft' AND opens_at <= now() AND (closes_at IS NULL OR closes_at > now())
      ORDER BY number LIMIT ${POLLS_A_STEP} FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE polls SET state = 'open', revision = revision + 1 FROM due WHERE polls.number = due.number RETURNING id`
  return rows.map((row) => String(row.id))
}

/**
 * Closes polls whose `closes_at` has passed. Redis refuses their ballots since then by its own clock.
 * @returns the ids of some of them, or of all
 */
export async function closeDue(sql: Database): Promise<string[]> {
  const rows = await sql`
    WITH due AS MATERIALIZED (
      SELECT number FROM polls WHERE state IN ('open', 'paused') AND closes_at <= now()
      ORDER BY number LIMIT ${POLLS_A_STEP} FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE polls SET state = 'closed', revision = revision + 1 FROM due WHERE polls.number = due.number RETURNING id`
  return rows.map((row) => String(row.id))
}

/** A poll's stop: it takes no votes since, but may go on later, and stop once more. Its stops are counted. */
export type Stop = { poll: number; stop: number }

/** The stop that this poll is in; null while it may take votes, or when it never did. */
export function stopOf({ number, state, stops }: Pick<Poll, "number" | "state" | "stops">): Stop | null {
  return state === "paused" || state === "closed" ? { poll: number, stop: stops } : null
}

/** A stop, and the last entry that a shard accepted before the poll stopped there. */
export type RecordedStop = Stop & { last: Position }

/** The same as `recordStops` for one. @returns whether Postgres knows of this stop */
export async function recordStop(sql: Database, stop: Stop, shard: number, last: Position): Promise<boolean> {
  return (await recordStops(sql, [{ ...stop, last }], shard)).has(stop.poll)
}

/**
 * Records the last entries that a shard accepted before polls stopped there. The first record of a stop stands, and a later stop
 * replaces it. So a worker that read an old poll, or an old marker in a stream, can't bring an earlier stop back; nor one that Postgres
 * knows nothing of, because it went back since. A poll counts as closed (paused) from the last of these records on: only since then does no
 * shard take votes.
 * @returns the numbers of those polls of whose stops Postgres knows
 */
export async function recordStops(
  sql: Database,
  stops: readonly RecordedStop[],
  shard: number,
): Promise<Set<number>> {
  if (stops.length === 0) return new Set()
  const column = (of: (stop: RecordedStop) => number) => numberArray(stops.map(of))
  // Rows are locked in the order of their numbers, so that shards that record the same polls never wait for each other crosswise.
  const rows = await sql`
    WITH stopped AS (
      SELECT number, said.stop, said.ms, said.seq
      FROM polls JOIN unnest(${column(({ poll }) => poll)}::integer[], ${column(({ stop }) => stop)}::integer[],
        ${column(({ last }) => last.ms)}::bigint[], ${column(({ last }) => last.seq)}::bigint[]) AS said(poll, stop, ms, seq)
        ON number = said.poll AND stops >= said.stop
    ), lacking AS MATERIALIZED (
      SELECT polls.number, stopped.stop, stopped.ms, stopped.seq
      FROM polls JOIN stopped ON stopped.number = polls.number
      WHERE NOT EXISTS (
        SELECT FROM closings WHERE poll = polls.number AND shard = ${shard}::smallint AND closings.stop >= stopped.stop)
      ORDER BY polls.number FOR NO KEY UPDATE OF polls
    ), recorded AS (
      INSERT INTO closings AS known (poll, shard, ms, seq, stop)
      SELECT number, ${shard}::smallint, ms, seq, stop FROM lacking
      ON CONFLICT (poll, shard) DO UPDATE SET ms = excluded.ms, seq = excluded.seq, stop = excluded.stop
      WHERE known.stop < excluded.stop
      RETURNING known.poll, known.stop
    ), moved AS (
      UPDATE polls SET closed_at = CASE WHEN state = 'closed' THEN now() END,
        paused_at = CASE WHEN state = 'paused' THEN now() ELSE paused_at END
      FROM recorded WHERE number = recorded.poll AND stops = recorded.stop AND state IN ('paused', 'closed')
    )
    SELECT number FROM stopped`
  return new Set(rows.map(({ number }) => Number(number)))
}

/**
 * Forgets records of stops that have not happened. Workers from before migration 0017 recorded whatever a marker in a broker's stream said, and
 * whoever had vote's credentials could write one: the stop, once it happens, would be taken for recorded, or never be.
 */
export async function forgetUnknownStops(sql: Database): Promise<void> {
  await sql`DELETE FROM closings USING polls WHERE number = closings.poll AND closings.stop > polls.stops`
}

/**
 * Makes closed polls final whose closing can't be undone any more, once all shards have counted past their end. Undoing a
 * close changes the same row on the same condition, so that one of the two finds the row changed and does nothing.
 * @returns the ids of some of them, or of all
 */
export async function finalise(sql: Database): Promise<string[]> {
  const rows = await sql`
    WITH due AS MATERIALIZED (
      SELECT polls.number FROM polls, room
      WHERE state = 'closed'
        AND (deleting_at IS NOT NULL OR closed_at IS NULL OR closed_at <= now() - final_after * interval '1 second')
        AND NOT EXISTS (
          SELECT FROM shards
          LEFT JOIN closings ON closings.shard = shards.shard AND closings.poll = polls.number AND stop = polls.stops
          WHERE closings.poll IS NULL OR (shards.ms, shards.seq) < (closings.ms, closings.seq))
      ORDER BY polls.number LIMIT ${POLLS_A_STEP} FOR NO KEY UPDATE OF polls SKIP LOCKED
    )
    UPDATE polls SET state = 'final', final_at = now(), revision = revision + 1
    FROM due WHERE polls.number = due.number RETURNING polls.id`
  return rows.map((row) => String(row.id))
}
