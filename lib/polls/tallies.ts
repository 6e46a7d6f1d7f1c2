/** The tallies of polls in Postgres: result shows them, and the worker copies them into Redis. */

import { z } from "zod"
import { ABSTENTION, marksOf, optionsByMark, saidBy } from "../ballots/choice"
import type { Database } from "../database"
import type { Queries } from "../postgres/rights"
import { numberArray } from "../postgres-array"
import { countOf } from "./counts"
import type { Poll } from "./poll"
import { pollColumns, readPollRow } from "./rows"

export type Tally = {
  poll: Poll
  /** Grows with every change of the poll or its votes; equal versions have equal content. */
  version: number
  /**
   * By option id; an option without votes has 0. How many ballots choose it, rank it first, rate it, or say yes to it.
   */
  votes: Record<string, number>
  /** What ballots say of each option: how many have this rating, `yes` or `no`. Null where they say no more than `votes`. */
  said: Record<string, Record<string, number>> | null
  /** The ballots that count, abstentions included. Where a ballot may choose several options there are more votes than ballots. */
  total: number
  /** The ballots that chose nothing. */
  abstained: number
  closedAt: Date | null
  finalAt: Date | null
  /** The outcome that was stored when the poll became final, where its tally decides (lib/outcome/tallied.ts reads it). */
  stored?: unknown
  /** When it was read, by the clock of Postgres, which all replicas share. */
  at: Date
}

const countsSchema = z.object({
  votes: z.record(z.string(), z.number()),
  marks: z.record(z.string(), z.number()),
})

const tallySchema = countsSchema.extend({
  version: z.coerce.number(),
  closed_at: z.date().nullable(),
  final_at: z.date().nullable(),
  stored_outcome: z.unknown(),
  at: z.date(),
})

/** The tallies of these polls. One statement reads them, so that all shards of a poll are seen at the same moment. */
export async function readTallies(sql: Database, polls: number[]): Promise<Tally[]> {
  const rows = await sql`
    SELECT ${tallyColumns(sql)} FROM polls WHERE number = ANY(${numberArray(polls)}::integer[])`
  return rows.flatMap((row) => readTallyRow(row) ?? [])
}

/** The columns that `readTallyRow` needs, for a SELECT from polls. */
export function tallyColumns(sql: Database) {
  return sql`${pollColumns(sql)}, closed_at, final_at, now() AS at,
    revision + COALESCE((SELECT sum(version) FROM books WHERE poll = number), 0) AS version, ${countColumns(sql)},
    CASE WHEN state = 'final' AND ${isByProfileIn(sql)} IS NOT TRUE THEN
      (SELECT outcome FROM outcomes WHERE poll = number) END AS stored_outcome`
}

/** As `isByProfile` says of a poll, for a SELECT from polls; NULL, too, where ballots that rate have no decision of their own. */
export function isByProfileIn(sql: Queries) {
  return sql`(ballot ->> 'method' = 'rank' OR (ballot ->> 'method' = 'rate' AND decision ->> 'rule' = 'star'))`
}

/** The columns that `countsIn` needs, for a SELECT from polls. */
export function countColumns(sql: Queries) {
  return sql`
    COALESCE((SELECT jsonb_object_agg(option, votes) FROM (
      SELECT option, sum(votes)::bigint AS votes FROM tallies WHERE poll = number GROUP BY option
    ) AS by_option), '{}') AS votes,
    COALESCE((SELECT jsonb_object_agg(mark, votes) FROM (
      SELECT mark, sum(votes)::bigint AS votes FROM marks WHERE poll = number AND NOT whole GROUP BY mark
    ) AS by_mark), '{}') AS marks`
}

/** The tally of this row; null if its poll is invalid. */
export function readTallyRow(row: unknown): Tally | null {
  const poll = readPollRow(row)
  if (!poll) return null
  const { version, closed_at, final_at, stored_outcome, at } = tallySchema.parse(row)
  return {
    ...{ poll, version, ...countsIn(row, poll), at },
    ...{ closedAt: closed_at, finalAt: final_at },
    ...(stored_outcome !== null && { stored: stored_outcome }),
  }
}

/** The counts in this row of this poll. */
export function countsIn(row: unknown, poll: Poll): Pick<Tally, "votes" | "said" | "total" | "abstained"> {
  const counts = countsSchema.parse(row)
  return {
    votes: votesByOption(poll, counts),
    said: saidByOption(poll, counts.marks),
    total: Object.values(counts.votes).reduce((sum, n) => sum + n, 0),
    abstained: countOf(counts.votes, ABSTENTION),
  }
}

type ByText = Record<string, number>

function votesByOption(
  poll: Poll,
  { votes, marks }: { votes: ByText; marks: ByText },
): Record<string, number> {
  const how = marksOf(poll)
  if (how === null) return Object.fromEntries(poll.options.map(({ id }) => [id, countOf(votes, id)]))
  const byOption = new Map<string, number>()
  const optionOf = optionsByMark(poll)
  for (const [mark, count] of Object.entries(how.led > 0 ? votes : marks)) {
    const id = optionOf.get(mark.charAt(0))
    if (id !== undefined && saidBy(poll, mark) !== "no") byOption.set(id, (byOption.get(id) ?? 0) + count)
  }
  return Object.fromEntries(poll.options.map(({ id }) => [id, byOption.get(id) ?? 0]))
}

function saidByOption(poll: Poll, marks: ByText): Tally["said"] {
  if (marksOf(poll)?.width !== 2) return null
  const optionOf = optionsByMark(poll)
  const said = new Map(poll.options.map(({ id }) => [id, new Map<string, number>()]))
  for (const [mark, count] of Object.entries(marks))
    said.get(optionOf.get(mark.charAt(0)) ?? "")?.set(saidBy(poll, mark), count)
  return Object.fromEntries([...said].map(([id, counts]) => [id, Object.fromEntries(counts)]))
}
