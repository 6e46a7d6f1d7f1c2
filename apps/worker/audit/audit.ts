/** Reads from both stores what became of every accepted ballot, while votes keep coming. */

import {
  comparePositions,
  decodeBallot,
  formatPosition,
  type Position,
  parsePosition,
} from "@tallyroom/lib/ballots/ballot"
import { A_BALLOT, ABSTENTION, type Marks, marksOf } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { BALLOT_FIELD, keys } from "@tallyroom/lib/inbox/keys"
import { type RedisShards, shardsBy } from "@tallyroom/lib/inbox/redis/shards"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { pendingIn } from "@tallyroom/lib/inbox/stream/pending"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { numberArray, textArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"

export type PollBooks = {
  poll: string
  /** Without the copies. */
  accepted: number
  counted: number
  replaced: number
  late: number
  setAside: number
  pending: number
  lost: number
  /** Ballots that say again what their voter's vote says, beside those that were accepted: RabbitMQ keeps them, too. */
  copies: number
  /** Whether more may be lost than the books know: an inbox went away together with what tells how much it had accepted. */
  lostAtLeast: boolean
  /** Whether Postgres was found to have gone back, to an earlier state of itself, since the poll was made and before it was final. */
  wentBack: boolean
  /** The rows of `votes`, counted anew. */
  recount: number
  /** The sum of the tallies. */
  tally: number
  /** Sentences that say what does not balance; empty when all does. */
  faults: string[]
}

/** How often a shard that moves while it is read is read again, before the audit gives up. */
const TRIES = 200
const PAGE = 5_000

type ShardBooks = {
  accepted: number
  counted: number
  replaced: number
  late: number
  setAside: number
  lost: number
  pending: number
  copies: number
}

/**
 * Audits every poll, or one, whose votes alone are counted anew then. Each shard is read as of one moment in both stores: its books and
 * position in Postgres, then the counters and entries in the inbox, then the position again. If that moved meanwhile, the shard is read anew.
 * @param inbox the Redis or the broker that holds the ballots
 * @param only the id of the one poll
 */
export async function auditPolls(
  sql: Database,
  inbox: Redis | RedisShards | BrokerAdmin,
  only?: string,
): Promise<PollBooks[]> {
  const polls = await sql`
    SELECT number, id, state <> 'draft' AND EXISTS (
      SELECT FROM inbox_losses WHERE at BETWEEN created_at AND COALESCE(final_at, 'infinity')) AS "lostAtLeast",
      state <> 'draft' AND EXISTS (
        SELECT FROM setbacks WHERE at BETWEEN created_at AND COALESCE(final_at, 'infinity')) AS "wentBack"
    FROM polls WHERE ${only === undefined ? sql`true` : sql`id = ${only}`} ORDER BY number`
  if (polls.length === 0) return []
  const shards = await sql`SELECT shard FROM shards ORDER BY shard`
  const sums = new Map<number, ShardBooks>()
  for (const { shard } of shards) {
    for (const [poll, books] of await readShard(sql, inbox, shard, polls)) {
      sums.set(poll, addBooks(sums.get(poll), books))
    }
  }
  const recounts = await recount(sql, only === undefined ? null : Number(polls[0]?.number))
  return polls.map(({ number, id, lostAtLeast, wentBack }) => {
    const books = addBooks(sums.get(number), {})
    return { poll: id, ...books, lostAtLeast, wentBack, ...judge(books, recounts.get(number)) }
  })
}

type PollName = { number?: number; id?: string }

async function readShard(
  sql: Database,
  inbox: Redis | RedisShards | BrokerAdmin,
  shard: number,
  polls: readonly PollName[],
) {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const rows = await sql`
      SELECT ms, seq, log AS stream, poll, accepted, counted, replaced, late, set_aside AS "setAside", lost, copies
      FROM shards LEFT JOIN books USING (shard) WHERE shard = ${shard}`
    const position = { ms: Number(rows[0]?.ms), seq: Number(rows[0]?.seq) }
    const seen =
      "reader" in inbox
        ? await readStream(inbox, rows[0]?.stream ?? null, position, rows)
        : await readRedis(shardsBy(inbox).of(shard), shard, position, polls)
    const [after] = await sql`SELECT ms, seq FROM shards WHERE shard = ${shard}`
    if (comparePositions(position, { ms: Number(after?.ms), seq: Number(after?.seq) }) !== 0) continue
    const books = new Map<number, Partial<ShardBooks>>()
    for (const { poll, ms, seq, stream, ...row } of rows) if (poll !== null) books.set(poll, row)
    return polls.map(({ number = 0 }) => {
      const row = books.get(number) ?? {}
      const accepted = Number(seen.accepted.get(number) ?? row.accepted ?? 0) - Number(row.copies ?? 0)
      return [number, addBooks({ ...row, accepted }, { pending: seen.pending.get(number) ?? 0 })] as const
    })
  }
  throw new Error(
    `shard ${shard} moved during each of ${TRIES} readings; audit again when fewer votes come in`,
  )
}

/** A stream has no counters: its accepted ballots are those that were read of it and those that wait. */
async function readStream(
  broker: BrokerAdmin,
  stream: string | null,
  position: Position,
  rows: readonly { poll?: number; accepted?: string }[],
) {
  const pending = stream === null ? new Map<number, number>() : await pendingIn(broker, stream, position)
  const accepted = new Map(rows.map(({ poll = 0, accepted }) => [poll, Number(accepted ?? 0)]))
  for (const [poll, waiting] of pending) accepted.set(poll, (accepted.get(poll) ?? 0) + waiting)
  return { accepted, pending }
}

/** The acceptance counters at one moment, and the ballots after `position` up to that moment, by poll. */
async function readRedis(redis: Redis, shard: number, position: Position, polls: readonly PollName[]) {
  const moment = redis.multi().xrevrange(keys.inbox(shard), "+", "-", "COUNT", 1)
  for (const { id = "" } of polls) moment.hget(keys.poll(shard, id), "accepted")
  const [last, ...counters] = (await moment.exec()) ?? []
  const accepted = new Map<number, number>()
  counters.forEach(([, counter], i) => {
    if (counter !== null && counter !== undefined) accepted.set(polls[i]?.number ?? 0, Number(counter))
  })
  const lastId = (last?.[1] as [string, string[]][] | undefined)?.[0]?.[0]
  const pending = new Map<number, number>()
  for await (const poll of pendingPolls(redis, shard, position, parsePosition(lastId ?? ""))) {
    pending.set(poll, (pending.get(poll) ?? 0) + 1)
  }
  return { accepted, pending }
}

async function* pendingPolls(redis: Redis, shard: number, after: Position, last: Position | null) {
  for (let from = after; last && comparePositions(from, last) < 0; ) {
    const ids = [`(${formatPosition(from)}`, formatPosition(last)] as const
    const page = await redis.xrange(keys.inbox(shard), ...ids, "COUNT", PAGE)
    for (const [, fields] of page) {
      const ballot = fields[0] === BALLOT_FIELD ? decodeBallot(fields[1] ?? "") : null
      if (ballot) yield ballot.poll
    }
    const end = parsePosition(page.at(-1)?.[0] ?? "")
    if (!end) return
    from = end
  }
}

/** An option, or a mark, of which a shard's votes and tally say different numbers. */
type Difference = { option: string; isMark: boolean; shard: number; votes: number; tally: number }

type Recount = { votes: number; tally: number; counted: number; differences: readonly Difference[] }

/** How many options are named in a sentence. */
const MOST_NAMED = 5

/** Votes counted anew, and their marks, beside tallies, marks and books of the same moment: of one poll, or of all. */
async function recount(sql: Database, only: number | null): Promise<Map<number, Recount>> {
  const isAsked = only === null ? sql`true` : sql`poll = ${only}`
  const marked = await markedPolls(sql)
  const rows = await sql`
    WITH marking AS (
      SELECT * FROM unnest(${numberArray(marked.map(({ poll }) => poll))}::integer[],
        ${numberArray(marked.map(({ width }) => width))}::integer[],
        ${textArray(marked.map(({ whole }) => String(whole)))}::boolean[],
        ${numberArray(marked.map(({ led }) => led))}::integer[]) AS m(poll, width, whole, led)
    ), recounted AS (
      SELECT poll, shard, CASE WHEN led IS NULL OR option = ${ABSTENTION} THEN option
        WHEN led = 0 THEN ${A_BALLOT} ELSE left(option, led) END AS option, count(*) AS votes
      FROM votes LEFT JOIN marking USING (poll) WHERE ${isAsked} GROUP BY 1, 2, 3
    ), remarked AS (
      SELECT poll, false AS whole, shard, substr(option, place, width) AS mark, count(*) AS votes
      FROM votes JOIN marking USING (poll), LATERAL generate_series(1, length(option), NULLIF(width, 0)) AS place
      WHERE ${isAsked} AND option <> ${ABSTENTION} GROUP BY 1, 3, 4
      UNION ALL
      SELECT poll, true, shard, option, count(*) FROM votes JOIN marking USING (poll)
      WHERE ${isAsked} AND option <> ${ABSTENTION} AND whole GROUP BY 1, 3, 4
    ), compared AS (
      SELECT poll, shard, option, COALESCE(r.votes, 0) AS votes, COALESCE(t.votes, 0) AS tally, true AS ballots
      FROM recounted r FULL JOIN tallies t USING (poll, shard, option)
      UNION ALL
      SELECT poll, shard, mark, COALESCE(r.votes, 0), COALESCE(m.votes, 0), false
      FROM remarked r FULL JOIN marks m USING (poll, whole, shard, mark)
    )
    SELECT poll, (sum(votes) FILTER (WHERE ballots))::bigint AS votes, (sum(tally) FILTER (WHERE ballots))::bigint AS tally,
      COALESCE(jsonb_agg(jsonb_build_object('option', option, 'isMark', NOT ballots, 'shard', shard,
        'votes', votes, 'tally', tally) ORDER BY option, shard) FILTER (WHERE votes <> tally), '[]') AS differences,
      COALESCE((SELECT sum(counted) FROM books WHERE books.poll = compared.poll), 0)::bigint AS counted
    FROM compared WHERE ${isAsked} GROUP BY poll`
  return new Map(rows.map((row) => [Number(row.poll), row as unknown as Recount]))
}

/** The polls whose ballots say several things, and how they are tallied. */
async function markedPolls(sql: Database): Promise<({ poll: number } & Marks)[]> {
  const rows = await sql`SELECT ${pollColumns(sql)} FROM polls`
  return rows.flatMap((row) => {
    const poll = readPollRow(row)
    const marks = poll && marksOf(poll)
    return poll && marks ? [{ poll: poll.number, ...marks }] : []
  })
}

function addBooks(a: Partial<ShardBooks> | undefined, b: Partial<ShardBooks>): ShardBooks {
  const sum = (name: keyof ShardBooks) => Number(a?.[name] ?? 0) + Number(b[name] ?? 0)
  return {
    accepted: sum("accepted"),
    counted: sum("counted"),
    replaced: sum("replaced"),
    late: sum("late"),
    setAside: sum("setAside"),
    lost: sum("lost"),
    pending: sum("pending"),
    copies: sum("copies"),
  }
}

function judge(
  books: ShardBooks,
  found: Recount | undefined,
): Pick<PollBooks, "recount" | "tally" | "faults"> {
  const { accepted, counted, replaced, late, setAside, pending, lost } = books
  const votes = found ?? { votes: 0, tally: 0, counted: 0, differences: [] }
  const explained = counted + replaced + late + setAside + pending + lost
  const faults: string[] = []
  if (accepted !== explained) faults.push(`${accepted} were accepted, but ${explained} are explained`)
  if (votes.votes !== votes.tally)
    faults.push(`a recount gives ${votes.votes}, the tally says ${votes.tally}`)
  if (votes.differences.length > 0) faults.push(nameOptions(votes.differences))
  if (votes.votes !== votes.counted) {
    faults.push(`a recount gives ${votes.votes}, the books say ${votes.counted}`)
  }
  return { recount: votes.votes, tally: votes.tally, faults }
}

/** Sums may agree where options do not. */
function nameOptions(differences: readonly Difference[]): string {
  const named = differences
    .slice(0, MOST_NAMED)
    .map(
      ({ option, isMark, shard, votes, tally }) =>
        `${votes} ${isMark ? "ballots with the mark" : "votes for option"} ${option} in shard ${shard}, where the tally says ${tally}`,
    )
  const more = differences.length - named.length
  return `a recount gives ${named.join("; ")}${more > 0 ? `; and ${more} more differ` : ""}`
}
