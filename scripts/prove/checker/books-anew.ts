/** Reads books, tallies and timeline from Postgres after a run, and counts the votes anew beside them, by SQL of its own. */

import type postgres from "postgres"
import { z } from "zod"
import type { Counts } from "../record/record"
import { partsInText } from "./ballot-texts"
import { addTo, countedBy } from "./counts"
import type { BooksEvidence } from "./evidence"
import type { Sql } from "./stored"

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
  // A ballot that may say more than one option is tallied as "+", or as the first letter of a ranking. What else it says has marks: each
  // letter of its text with what stands behind that; of a ranking, and where STAR decides, the whole text.
  const saysMore = sql`(ballot ->> 'method' <> 'choose' OR ballot ->> 'max' <> '1') AND option <> '-'`
  const ballots = sql`
    SELECT poll, shard, CASE WHEN NOT (${saysMore}) THEN option
      WHEN ballot ->> 'method' = 'rank' THEN left(option, 1) ELSE '+' END AS option
    FROM votes LEFT JOIN polls ON number = poll`
  const marks = sql`
    SELECT poll, shard, ballot ->> 'method' AS method, false AS whole, substr(option, begin, width) AS mark
    FROM votes JOIN polls ON number = poll,
      LATERAL (SELECT CASE ballot ->> 'method' WHEN 'choose' THEN 1 ELSE 2 END) AS w(width),
      LATERAL generate_series(1, length(option), width) AS begin
    WHERE ${saysMore} AND ballot ->> 'method' <> 'rank'
    UNION ALL
    SELECT poll, shard, ballot ->> 'method', true, option FROM votes JOIN polls ON number = poll
    WHERE ${saysMore} AND (ballot ->> 'method' = 'rank' OR decision ->> 'rule' = 'star')`
  const differing = await sql`
    SELECT poll, shard, option, COALESCE(v.n, 0) AS votes, COALESCE(t.n, 0) AS tally
    FROM (SELECT poll, shard, option, count(*) AS n FROM (${ballots}) AS ballots GROUP BY 1, 2, 3) AS v
    FULL JOIN (SELECT poll, shard, option, votes AS n FROM tallies) AS t USING (poll, shard, option)
    WHERE COALESCE(v.n, 0) <> COALESCE(t.n, 0)
    UNION ALL
    SELECT poll, shard, CASE WHEN whole THEN 'the ballot ' ELSE 'the mark ' END || mark, COALESCE(v.n, 0), COALESCE(t.n, 0)
    FROM (SELECT poll, shard, whole, mark, count(*) AS n FROM (${marks}) AS marked GROUP BY 1, 2, 3, 4) AS v
    FULL JOIN (SELECT poll, shard, whole, mark, votes AS n FROM marks) AS t USING (poll, shard, whole, mark)
    WHERE COALESCE(v.n, 0) <> COALESCE(t.n, 0) ORDER BY shard, option`
  // The timeline is rolled up over all shards. It has no marks but those of options that are chosen.
  const differingTimes = await sql`
    SELECT poll, option, COALESCE(v.n, 0) AS votes, COALESCE(l.n, 0) AS timeline
    FROM (
      SELECT poll, option, count(*) AS n
      FROM (
        SELECT poll, option FROM (${ballots}) AS ballots
        UNION ALL SELECT poll, mark FROM (${marks}) AS marked WHERE method = 'choose'
      ) AS ballots_and_marks GROUP BY 1, 2
    ) AS v
    FULL JOIN (SELECT poll, option, sum(votes) AS n FROM timeline GROUP BY 1, 2) AS l USING (poll, option)
    WHERE COALESCE(v.n, 0) <> COALESCE(l.n, 0) ORDER BY option`
  const tallies = await sql`SELECT poll, option, sum(votes) AS votes FROM tallies GROUP BY poll, option`
  const marked =
    await sql`SELECT poll, mark AS option, sum(votes) AS votes FROM marks WHERE NOT whole GROUP BY poll, mark`
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
  ballot: z.object({
    method: z.enum(["choose", "rank", "rate", "decide"]),
    max: z.union([z.number(), z.literal("all")]).optional(),
  }),
})

function tallyOf(poll: postgres.Row, tallies: postgres.Row[], marks: postgres.Row[]): BooksEvidence["tally"] {
  const { options, ballot } = pollSchema.parse(poll)
  const ids = options.map(({ id }) => id)
  const votes: Counts = Object.fromEntries(ids.map((id) => [id, 0]))
  const isOne = ballot.method === "choose" && ballot.max === 1
  for (const row of isOne || ballot.method === "rank" ? tallies : marks) {
    const [text, ballots] = [String(row.option), Number(row.votes)]
    const parts = isOne ? [{ option: text, value: "" }] : partsInText(ids, ballot.method, text)
    if (text !== "-") addTo(votes, countedBy(ballot.method, parts ?? []), ballots)
  }
  return {
    total: tallies.reduce((sum, { votes }) => sum + Number(votes), 0),
    abstained: Number(tallies.find(({ option }) => option === "-")?.votes ?? 0),
    votes,
  }
}
