/** The one transaction in which a batch is counted: votes, tallies, timeline, books, position and notification, or nothing. */

import type { Database } from "@tallyroom/lib/database"
import { nullableArray, numberArray, textArray } from "@tallyroom/lib/postgres-array"
import { confirmed } from "../database/confirmed"
import type { Batch, Placed } from "./batch"
import commitStatement from "./commit.sql" with { type: "text" }
import firstVotesStatement from "./commit-first-votes.sql" with { type: "text" }
import { ballotsByPoll, isOfFirstVotes, movementOf } from "./first-votes"
import { digestOf } from "./last-counted"
import { saidParts } from "./said-parts"

export type Counted = { moved: boolean; written: number; deadLetters: number }

export type BatchToCommit = {
  shard: number
  batch: Batch
  worker: string
  /** The beginning of the worker's work on the shard that this batch belongs to. */
  epoch: number
  leaseSeconds: number
  /** The shard's acceptance count of each of the batch's polls, read after the batch was. */
  accepted: Map<number, number>
  /** Of the ballots that are traced: `<poll number> <traceparent>`, for whoever shows the tally. */
  traced?: readonly string[]
}

/** What commit.sql does with a first ballot whose voter has a vote already. */
const SKIP_STANDING = "ON CONFLICT (poll, voter) DO NOTHING"

/**
 * The same without it, so that such a ballot fails the whole statement. Redis lets nobody vote twice, so a first ballot meets a
 * standing one only after Redis was wiped. Checking each row for that costs Postgres about a third of a batch: it is done only
 * when the primary key has refused one.
 */
const hopefulStatement = withoutOnce(commitStatement, SKIP_STANDING)

/** SQLSTATE unique_violation. */
const STANDS_ALREADY = "23505"

/**
 * Counts a batch, and returns once all that the primary waits for has it.
 * @throws {Unconfirmed} when somebody ended that wait: nothing of the batch may leave the inbox
 */
export function commitBatch(sql: Database, commit: BatchToCommit): Promise<Counted> {
  return confirmed(sql, () => countBatch(sql, commit))
}

/**
 * Counts a batch. `moved` is false when nothing was changed: the position is not where the batch was read from, the lease
 * went to another worker, this one has begun anew, or one of its polls became final or was deleted.
 */
async function countBatch(sql: Database, commit: BatchToCommit): Promise<Counted> {
  const run = (statement: string, parameters: Parameter[]) =>
    sql.unsafe(statement, parameters, { prepare: true })
  const unlessStanding = <T>(counted: Promise<T>): Promise<T | null> =>
    counted.catch((error) => {
      if (error.code === STANDS_ALREADY) return null
      throw error
    })
  if (isOfFirstVotes(commit.batch)) {
    const rows = await unlessStanding(run(firstVotesStatement, firstVotesParameters(commit)))
    const isMoved = Number(rows?.[0]?.moved) === 1
    if (rows) return { moved: isMoved, written: isMoved ? commit.batch.kept.length : 0, deadLetters: 0 }
  }
  const parameters = allParameters(commit)
  const hopeful = isOfFirstVotes(commit.batch)
    ? null
    : await unlessStanding(run(hopefulStatement, parameters))
  const [row] = hopeful ?? (await run(commitStatement, parameters))
  return {
    moved: Number(row?.moved) === 1,
    written: Number(row?.written),
    deadLetters: Number(row?.dead_letters),
  }
}

type Parameter = string | number | boolean

/** In the order of commit-first-votes.sql. */
function firstVotesParameters(commit: BatchToCommit): Parameter[] {
  const { shard, batch, worker, epoch, leaseSeconds, accepted, traced = [] } = commit
  const { from, to } = batch
  const ballots = ballotsByPoll(batch)
  const polls = [...batch.polls].filter(([number]) => ballots.has(number))
  const movement = movementOf(batch)
  return [
    ...[shard, from.ms, from.seq, to.ms, to.seq, worker, leaseSeconds],
    numberArray(ballots.keys()),
    textArray([...ballots.keys()].map((number) => batch.polls.get(number)?.salt ?? "")),
    digestOf(batch.entries.at(-1)?.raw ?? ""),
    epoch,
    ...columns(batch.kept),
    numberArray(movement.map(({ poll }) => poll)),
    textArray(movement.map(({ option }) => option)),
    numberArray(movement.map(({ second }) => second)),
    numberArray(movement.map(({ votes }) => votes)),
    numberArray(polls.map(([number]) => number)),
    numberArray(polls.map(([number]) => accepted.get(number) ?? 0)),
    numberArray(polls.map(([number]) => ballots.get(number) ?? 0)),
    nullableArray(polls.map(([, { since }]) => since)),
    textArray([...traced]),
  ]
}

/** In the order of commit.sql. */
function allParameters(commit: BatchToCommit): Parameter[] {
  const { shard, batch, worker, epoch, leaseSeconds, accepted, traced = [] } = commit
  const { from, to, kept, changing, replaced } = batch
  const counting = new Set([...kept, ...changing].map((ballot) => ballot.poll))
  const polls = [...batch.polls]
  const parts = saidParts(batch)
  return [
    shard,
    from.ms,
    from.seq,
    to.ms,
    to.seq,
    worker,
    leaseSeconds,
    numberArray(counting),
    ...columns(kept),
    ...columns(changing),
    numberArray(polls.map(([number]) => number)),
    numberArray(polls.map(([number]) => accepted.get(number) ?? 0)),
    numberArray(polls.map(([, { replaced }]) => replaced)),
    JSON.stringify(batch.deadLetters.map(({ position, ...rest }) => ({ ...position, ...rest }))),
    ...columns(replaced),
    digestOf(batch.entries.at(-1)?.raw ?? ""),
    numberArray(polls.map(([number]) => batch.copies.get(number) ?? 0)),
    batch.mayRepeat,
    textArray(batch.mayRepeat ? batch.firstOptions : []),
    // Postgres reads what is missing here as NULL.
    changing.some(({ knew }) => knew !== undefined) ? nullableArray(changing.map(({ knew }) => knew)) : "{}",
    epoch,
    textArray([...counting].map((number) => batch.polls.get(number)?.salt ?? "")),
    nullableArray(polls.map(([, { since }]) => since)),
    textArray([...traced]),
    numberArray([...batch.marked.keys()]),
    numberArray([...batch.marked.values()].map(({ width }) => width)),
    textArray([...batch.marked.values()].map(({ whole }) => String(whole))),
    numberArray([...batch.marked.values()].map(({ led }) => led)),
    numberArray([...batch.marked.values()].map(({ drawn }) => drawn)),
    numberArray(parts.map(({ poll }) => poll)),
    textArray(parts.map(({ mark }) => mark)),
    numberArray(parts.map(({ second }) => second)),
    numberArray(parts.map(({ votes }) => votes)),
  ]
}

function withoutOnce(text: string, part: string): string {
  const [before, after, ...others] = text.split(part)
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`commit.sql must say ${part} exactly once`)
  return before + after
}

function columns(ballots: Placed[]): string[] {
  return [
    numberArray(ballots.map((ballot) => ballot.poll)),
    textArray(ballots.map((ballot) => ballot.uuid)),
    numberArray(ballots.map((ballot) => ballot.position.ms)),
    numberArray(ballots.map((ballot) => ballot.position.seq)),
    textArray(ballots.map((ballot) => ballot.option)),
  ]
}
