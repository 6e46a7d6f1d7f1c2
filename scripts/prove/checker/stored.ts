/** Reads the polls and ballots that Postgres holds after a run, by SQL of its own. */

import postgres from "postgres"
import type { Told } from "../record/record"
import { saidInText } from "./ballot-texts"
import type { CountedBallot, PollEvidence, PollRow, VoterEvidence } from "./evidence"

/** Rows that are in memory at once. */
const PAGE = 10_000

export type Sql = postgres.Sql | postgres.TransactionSql

/** Runs `read` on one reading of the database, in which nothing can be written, and closes the connection. */
export async function readStored<T>(databaseUrl: string, read: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { TimeZone: "UTC" } })
  try {
    return (await sql.begin("isolation level repeatable read read only", read)) as T
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** By id. */
export async function readPolls(sql: Sql): Promise<Map<string, PollRow>> {
  const rows = await sql`
    SELECT number, id, salt, state, deleting_at IS NOT NULL AS deleting,
      state <> 'draft' AND EXISTS (
        SELECT FROM inbox_losses WHERE at BETWEEN created_at AND COALESCE(final_at, 'infinity')) AS at_least
    FROM polls ORDER BY number`
  const polls = rows.map(
    ({ number, id, salt, state, deleting, at_least }): PollRow => ({
      ...{ number: Number(number), id: String(id), salt: String(salt), state: String(state) },
      ...{ isDeleting: deleting === true, lostAtLeast: at_least === true },
    }),
  )
  return new Map(polls.map((poll) => [poll.id, poll]))
}

/** Gives each voter of a poll the rows of `votes` and `replaced_votes`. */
export async function readBallots(sql: Sql, poll: PollEvidence): Promise<void> {
  if (!poll.row) return
  const { number } = poll.row
  const standing = sql`
    SELECT replace(voter::text, '-', '') AS voter, ms, seq, option FROM votes WHERE poll = ${number}`
  await eachBallot(standing, poll, (voter, ballot) => {
    voter.standing = ballot
  })
  const replaced = sql`
    SELECT replace(voter::text, '-', '') AS voter, ms, seq, option FROM replaced_votes
    WHERE poll = ${number} ORDER BY ms, seq`
  await eachBallot(replaced, poll, (voter, ballot) => {
    voter.replaced.push(ballot)
  })
}

async function eachBallot(
  query: postgres.PendingQuery<postgres.Row[]>,
  poll: PollEvidence,
  give: (voter: VoterEvidence, ballot: CountedBallot) => void,
): Promise<void> {
  // Each row brings its own copy of the text.
  const known = new Map<string, string>()
  const saidIn = (text: string) => {
    const said = known.get(text) ?? saidInText(poll.made, text)
    known.set(text, said)
    return said
  }
  for await (const rows of query.cursor(PAGE)) {
    for (const row of rows) {
      const voter = poll.voters.get(String(row.voter))
      if (voter) give(voter, { ms: Number(row.ms), seq: Number(row.seq), option: saidIn(String(row.option)) })
      else poll.strangers.push(String(row.voter))
    }
  }
}

/** The places (`shard-ms-seq`) of ballots that were set aside as late. */
export async function readLate(sql: Sql): Promise<Set<string>> {
  const late = new Set<string>()
  for await (const rows of sql`SELECT shard, ms, seq FROM set_aside WHERE reason = 'late'`.cursor(PAGE))
    for (const { shard, ms, seq } of rows) late.add(`${shard}-${ms}-${seq}`)
  return late
}

/** By the number of the poll, what was stored that its rankings decide. */
export async function readOutcomes(sql: Sql): Promise<Map<number, Told>> {
  const rows = await sql`SELECT poll, outcome FROM outcomes`
  return new Map(rows.map(({ poll, outcome }) => [Number(poll), outcome as Told]))
}

/** How often Postgres was found to have gone back. */
export async function countSetbacks(sql: Sql): Promise<number> {
  const [row] = await sql`SELECT count(*) AS setbacks FROM setbacks`
  return Number(row?.setbacks)
}
