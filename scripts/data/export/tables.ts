/** The tables of an export: the columns and rows of each, from one moment and without the id of any voter. */

import { ABSTENTION, type Choice, choiceOf, chosenOf } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { countOf } from "@tallyroom/lib/polls/counts"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { countColumns, countsIn } from "@tallyroom/lib/polls/tallies"
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
  return [
    {
      name: "polls",
      columns: [
        ...["poll", "title", "policy", "state", "results", "eligibility", "confirm"],
        ...["opens_at", "closes_at", "created_at", "closed_at", "final_at"],
        ...["method", "min", "max", "abstain"],
        ...["highest", "rule", "seats", "quorum", "majority", "base", "eligible", "order"],
      ],
      // Whether votes are confirmed, as `confirmsVote` of lib/polls/poll.ts says it.
      rows: inTurns(
        sql`
        SELECT id AS poll, title, policy, state, results, eligibility,
          COALESCE(confirm, policy = 'final') AS confirm, ${moment(sql, "opens_at")},
          ${moment(sql, "closes_at")}, ${moment(sql, "created_at")}, ${moment(sql, "closed_at")}, ${moment(sql, "final_at")},
          ballot ->> 'method' AS method, (ballot -> 'min')::integer AS min, ballot ->> 'max' AS max,
          (ballot -> 'abstain')::boolean AS abstain, (ballot -> 'highest')::integer AS highest,
          decision ->> 'rule' AS rule, (decision -> 'seats')::integer AS seats, decision -> 'quorum' AS quorum,
          decision ->> 'majority' AS majority, decision ->> 'base' AS base, (decision -> 'eligible')::float8 AS eligible,
          option_order AS "order"
        FROM polls WHERE ${wanted} ORDER BY number`,
        (row) => [row as Record<string, Cell>],
      ),
    },
    {
      name: "tallies",
      columns: [
        ...["poll", "option", "label", "votes", "ballots", "abstained"],
        ...["yes", "no", "ratings", "rating_sum"],
      ],
      rows: inTurns(
        sql`SELECT ${pollColumns(sql)}, ${countColumns(sql)} FROM polls WHERE ${wanted} ORDER BY polls.number`,
        tallyRows,
      ),
    },
    {
      name: "ballots",
      columns: ["poll", "option", "accepted_at", "stands", "abstained"],
      // Ballots of one second are in the order of what they say: the order in which people voted would tell who is who.
      rows: ballotRows(
        sql`SELECT ${pollColumns(sql)} FROM polls WHERE ${wanted}`,
        sql`
        SELECT polls.id AS poll, polls.number, option, to_char(date_trunc('second', at AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS accepted_at,
          stands
        FROM vote_history JOIN polls ON polls.number = vote_history.poll
        WHERE ${wanted} ORDER BY polls.number, date_trunc('second', at), option, stands`,
      ),
    },
  ]
}

type Query = postgres.PendingQuery<postgres.Row[]>

/** Reads some rows at a time, as an export may be larger than memory. */
async function* inTurns(query: Query, rowsOf: (row: postgres.Row) => Record<string, Cell>[]): Table["rows"] {
  for await (const rows of query.cursor(ROWS_A_TURN)) yield rows.flatMap(rowsOf)
}

/** A row an option of the poll in this row; none of an invalid one. */
function tallyRows(row: postgres.Row): Record<string, Cell>[] {
  const poll = readPollRow(row)
  if (!poll) return []
  const { votes, said, total, abstained } = countsIn(row, poll)
  return poll.options.map(({ id, label }) => {
    const counts = { votes: countOf(votes, id), ballots: total, abstained }
    return { poll: poll.id, option: id, label, ...counts, ...saidOf(poll, said?.[id] ?? {}) }
  })
}

/** How many are for and against an option where ballots decide, how many rate it and the sum where they rate; else nothing. */
function saidOf({ ballot: { method } }: Poll, said: Record<string, number>): Record<string, Cell> {
  const nothing = { yes: null, no: null, ratings: null, rating_sum: null }
  if (method === "decide") return { ...nothing, yes: countOf(said, "yes"), no: countOf(said, "no") }
  if (method !== "rate") return nothing
  const counts = Object.entries(said)
  return {
    ...nothing,
    ratings: counts.reduce((sum, [, count]) => sum + count, 0),
    rating_sum: counts.reduce((sum, [rating, count]) => sum + Number(rating) * count, 0),
  }
}

/** @param ballots rows with the number of their poll, and as the option the text of what they say */
async function* ballotRows(polls: Query, ballots: Query): Table["rows"] {
  const known = new Map(
    (await polls).flatMap((row) => readPollRow(row) ?? []).map((poll) => [poll.number, poll]),
  )
  yield* inTurns(ballots, (row) => {
    return [{ ...row, ...toldOf(known.get(row.number), row.option) }]
  })
}

/** What a text says, as a person reads it. A text that the poll does not know stays as it is, as do those of an invalid poll. */
function toldOf(poll: Poll | undefined, text: string): { option: string; abstained: boolean } {
  const choice = poll && choiceOf(poll, text)
  return { option: choice ? choiceText(choice) : text, abstained: text === ABSTENTION }
}

/** `fig pear`, a ranking with the best one first, `fig=3 pear=5`, or `fig=yes pear=no`. */
function choiceText(choice: Choice): string {
  const said = "ratings" in choice ? choice.ratings : "answers" in choice ? choice.answers : null
  if (said === null) return chosenOf(choice).join(" ")
  return Object.entries(said)
    .map(([id, it]) => `${id}=${it}`)
    .join(" ")
}

function moment(sql: DatabaseSnapshot, column: string) {
  return sql`to_char(${sql(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${sql(column)}`
}

/** Runs `read` on a snapshot of one moment; people can vote meanwhile. */
export function inOneSnapshot<T>(sql: Database, read: (snapshot: DatabaseSnapshot) => Promise<T>) {
  return sql.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", read)
}
