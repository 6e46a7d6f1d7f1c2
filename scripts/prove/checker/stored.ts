/** Reads what Postgres holds after a run, by SQL of its own. */

import postgres from "postgres"
import { z } from "zod"
import { letterOf, saidInText } from "./ballot-texts"
import type { BooksEvidence, CountedBallot, PollEvidence, PollRow, VoterEvidence } from "./evidence"

/** Rows that are in memory at once. */
const PAGE = 10_000

type Sql = postgres.Sql | postgres.TransactionSql

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

/** How often Postgres was found to have gone back. */
export async function countSetbacks(sql: Sql): Promise<number> {
  const [row] = await sql`SELECT count(*) AS setbacks FROM setbacks`
  return Number(row?.setbacks)
}

/** Books, tallies and timeline of every poll, beside the rows that they count. */
export async function readBooksAnew(sql: Sql): Promise<BooksEvidence[]> {
  const books = await sql`
    SELECT number, id, options, ballot, COALESCE(b.accepted, 0) AS accepted, COALESCE(b.counted, 0) AS counted,
      COALESCE(b.replaced, 0) AS replaced, COALESCE(b.late, 0) AS late, COALESCE(b.set_aside, 0) AS set_aside,
      COALESCE(b.lost, 0) AS lost, COALESCE(b.copies, 0) AS copies,
      (SELECT count(*) FROM votes WHERE poll = number) AS votes,
      (SELECT count(*) FROM replaced_votes WHERE poll = number) AS replaced_rows
    FROM polls LEFT JOIN (
      SELECT poll, sum(accepted) AS accepted, sum(counted) AS counted, sum(replaced) AS replaced, sum(late) AS late,
        sum(set_aside) AS set_aside, sum(lost) AS lost, sum(copies) AS copies
      FROM books GROUP BY poll) AS b ON b.poll = number
    ORDER BY number`
  const unbalanced = await sql`
    SELECT poll, shard, accepted, counted + replaced + late + set_aside + lost + copies AS explained FROM books
    WHERE accepted <> counted + replaced + late + set_aside + lost + copies ORDER BY shard`
  // Where ballots may choose several options, one that does is tallied as "+", and each letter of its text as a mark.
  const several = sql`ballot->>'max' <> '1' AND option <> '-'`
  const ballots = sql`
    SELECT poll, shard, CASE WHEN ${several} THEN '+' ELSE option END AS option
    FROM votes LEFT JOIN polls ON number = poll`
  const marks = sql`
    SELECT poll, shard, mark FROM votes JOIN polls ON number = poll, LATERAL string_to_table(option, NULL) AS mark
    WHERE ${several}`
  const differing = await sql`
    SELECT poll, shard, option, COALESCE(v.n, 0) AS votes, COALESCE(t.n, 0) AS tally
    FROM (SELECT poll, shard, option, count(*) AS n FROM (${ballots}) AS ballots GROUP BY 1, 2, 3) AS v
    FULL JOIN (SELECT poll, shard, option, votes AS n FROM tallies) AS t USING (poll, shard, option)
    WHERE COALESCE(v.n, 0) <> COALESCE(t.n, 0)
    UNION ALL
    SELECT poll, shard, 'the mark ' || mark, COALESCE(v.n, 0), COALESCE(t.n, 0)
    FROM (SELECT poll, shard, mark, count(*) AS n FROM (${marks}) AS marked GROUP BY 1, 2, 3) AS v
    FULL JOIN (SELECT poll, shard, mark, votes AS n FROM marks) AS t USING (poll, shard, mark)
    WHERE COALESCE(v.n, 0) <> COALESCE(t.n, 0) ORDER BY shard, option`
  // The timeline is rolled up over all shards.
  const differingTimes = await sql`
    SELECT poll, option, COALESCE(v.n, 0) AS votes, COALESCE(l.n, 0) AS timeline
    FROM (
      SELECT poll, option, count(*) AS n
      FROM (${ballots} UNION ALL ${marks}) AS ballots_and_marks GROUP BY 1, 2
    ) AS v
    FULL JOIN (SELECT poll, option, sum(votes) AS n FROM timeline GROUP BY 1, 2) AS l USING (poll, option)
    WHERE COALESCE(v.n, 0) <> COALESCE(l.n, 0) ORDER BY option`
  const tallies = await sql`SELECT poll, option, sum(votes) AS votes FROM tallies GROUP BY poll, option`
  const marked = await sql`SELECT poll, mark AS option, sum(votes) AS votes FROM marks GROUP BY poll, mark`
  return books.map((row) => {
    const number = Number(row.number)
    const own = ({ poll }: postgres.Row) => Number(poll) === number
    return {
      poll: String(row.id),
      number,
      ...{ accepted: Number(row.accepted), counted: Number(row.counted), replaced: Number(row.replaced) },
      ...{ late: Number(row.late), setAside: Number(row.set_aside), lost: Number(row.lost) },
      ...{ copies: Number(row.copies), votes: Number(row.votes), replacedRows: Number(row.replaced_rows) },
      tally: tallyOf(row, tallies.filter(own), marked.filter(own)),
      unbalanced: unbalanced.filter(own).map(({ shard, accepted, explained }) => ({
        ...{ shard: Number(shard), accepted: Number(accepted), explained: Number(explained) },
      })),
      differing: differing.filter(own).map(({ shard, option, votes, tally }) => ({
        ...{ shard: Number(shard), option: String(option) },
        ...{ votes: Number(votes), tally: Number(tally) },
      })),
      differingTimes: differingTimes.filter(own).map(({ option, votes, timeline }) => ({
        ...{ option: String(option), votes: Number(votes), timeline: Number(timeline) },
      })),
    }
  })
}

const pollSchema = z.object({
  options: z.array(z.object({ id: z.string() })),
  ballot: z.object({ max: z.union([z.number(), z.literal("all")]) }),
})

function tallyOf(poll: postgres.Row, tallies: postgres.Row[], marks: postgres.Row[]): BooksEvidence["tally"] {
  const { options, ballot } = pollSchema.parse(poll)
  const ids = options.map(({ id }) => id)
  const votesIn = (rows: postgres.Row[], option: string) =>
    Number(rows.find((row) => row.option === option)?.votes ?? 0)
  const votesFor = (id: string) =>
    ballot.max === 1 ? votesIn(tallies, id) : votesIn(marks, letterOf(ids, id))
  return {
    total: tallies.reduce((sum, { votes }) => sum + Number(votes), 0),
    abstained: votesIn(tallies, "-"),
    votes: Object.fromEntries(ids.map((id) => [id, votesFor(id)])),
  }
}
