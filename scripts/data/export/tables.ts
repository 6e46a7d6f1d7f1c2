/** The tables of an export: the columns and rows of each, from one moment and without the id of any voter. */

import type { Database } from "@tallyroom/lib/database"
import type postgres from "postgres"

export type Cell = string | number | boolean | null
export const TABLE_NAMES = ["polls", "tallies", "ballots"] as const
export type Table = {
  name: (typeof TABLE_NAMES)[number]
  columns: readonly string[]
  rows: AsyncIterable<Record<string, Cell>[]>
}
/** A transaction in which everything is read. */
export type DatabaseSnapshot = postgres.TransactionSql<{ bigint: number }>

const ROWS_A_TURN = 5_000

/** @param poll an id; null: all polls that are not being deleted */
export function tablesOf(sql: DatabaseSnapshot, poll: string | null): Table[] {
  const wanted = sql`polls.deleting_at IS NULL AND (${poll}::text IS NULL OR polls.id = ${poll})`
  const rows = (query: postgres.PendingQuery<postgres.Row[]>) => query.cursor(ROWS_A_TURN) as Table["rows"]
  return [
    {
      name: "polls",
      columns: [
        ...["poll", "title", "policy", "state", "results", "eligibility", "confirm"],
        ...["opens_at", "closes_at", "created_at", "closed_at", "final_at"],
      ],
      // Whether votes are confirmed, as `confirmsVote` of lib/polls/poll.ts says it.
      rows: rows(sql`
        SELECT id AS poll, title, policy, state, results, eligibility,
          COALESCE(confirm, policy = 'final') AS confirm, ${moment(sql, "opens_at")},
          ${moment(sql, "closes_at")}, ${moment(sql, "created_at")}, ${moment(sql, "closed_at")}, ${moment(sql, "final_at")}
        FROM polls WHERE ${wanted} ORDER BY number`),
    },
    {
      name: "tallies",
      columns: ["poll", "option", "label", "votes"],
      rows: rows(sql`
        SELECT polls.id AS poll, option.value ->> 'id' AS option, option.value ->> 'label' AS label,
          COALESCE((SELECT sum(votes) FROM tallies
            WHERE tallies.poll = polls.number AND tallies.option = option.value ->> 'id'), 0)::bigint AS votes
        FROM polls CROSS JOIN LATERAL jsonb_array_elements(options) WITH ORDINALITY AS option (value, ordinal)
        WHERE ${wanted} ORDER BY polls.number, ordinal`),
    },
    {
      name: "ballots",
      columns: ["poll", "option", "accepted_at", "stands"],
      // Ballots of one second are in the order of their options: the order in which people voted would tell who is who.
      rows: rows(sql`
        SELECT polls.id AS poll, option, to_char(date_trunc('second', at AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS accepted_at,
          stands
        FROM vote_history JOIN polls ON polls.number = vote_history.poll
        WHERE ${wanted} ORDER BY polls.number, date_trunc('second', at), option, stands`),
    },
  ]
}

function moment(sql: DatabaseSnapshot, column: string) {
  return sql`to_char(${sql(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${sql(column)}`
}

/** Runs `read` on a snapshot of one moment; people can vote meanwhile. */
export function inOneSnapshot<T>(sql: Database, read: (snapshot: DatabaseSnapshot) => Promise<T>) {
  return sql.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", read)
}
