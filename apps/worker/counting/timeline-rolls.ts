/**
 * Rolls the timeline of polls up, beside the counting, which writes a row for each second, shard and option. Older rows are added up over
 * all shards and over steps that double as the poll goes on (lib/polls/timeline.ts), so that as few rows are read of a month as of a minute.
 * No count changes. Each statement takes few rows, and none that somebody else has at hand.
 */

import type { Database } from "@tallyroom/lib/database"
import { doublings } from "@tallyroom/lib/polls/timeline"

/** Seconds that are left alone, as the counting adds to them, and the rate of votes on the health page is taken of the last 60. */
const KEPT_SECONDS = 70
/** How often all polls are looked at: what a Postgres that went back has again was rolled up once already. */
const FORGET_MS = 3_600_000
/** The most polls in one go: where votes come in thousands of polls, each is rolled up more seldom, and Postgres has time for others. */
const POLLS_A_GO = 500
/** Few enough for a statement of some hundred milliseconds, so that nobody waits long for a row. */
const ROWS_A_STEP = 10_000

export class TimelineRolls {
  /** The version that the books of each poll had when nothing was left to roll up, by its number. */
  private readonly settled = new Map<number, number>()
  private forgotAt = performance.now()
  /** The number of the poll at which the last go ended. */
  private last = 0

  constructor(private readonly sql: Database) {}

  /** Rolls up the polls that were counted since, at first all; of very many the next ones in turn. */
  async rollUp(signal: AbortSignal): Promise<void> {
    const books = await this.sql`SELECT poll, sum(version) AS version FROM books GROUP BY poll ORDER BY poll`
    if (performance.now() - this.forgotAt > FORGET_MS) {
      this.settled.clear()
      this.forgotAt = performance.now()
    }
    const polls = books.map(({ poll, version }) => ({ poll: Number(poll), version: Number(version) }))
    const due = polls.filter(({ poll, version }) => this.settled.get(poll) !== version)
    for (const { poll, version } of this.turn(due)) {
      if (signal.aborted) return
      if (await rollUpTimeline(this.sql, poll, signal)) this.settled.set(poll, version)
      this.last = poll
    }
  }

  private turn<T extends { poll: number }>(due: readonly T[]): T[] {
    const [before, after] = [
      due.filter(({ poll }) => poll <= this.last),
      due.filter(({ poll }) => poll > this.last),
    ]
    return [...after, ...before].slice(0, POLLS_A_GO)
  }
}

/**
 * Rolls the timeline of one poll up, from its beginning on, bit by bit.
 * @returns whether nothing is left that will have to be rolled up
 */
async function rollUpTimeline(sql: Database, poll: number, signal?: AbortSignal): Promise<boolean> {
  for (let from = 0; !signal?.aborted; ) {
    const { taken, last, left } = await rollUpSome(sql, poll, from)
    if (taken < ROWS_A_STEP) return !left
    from = last
  }
  return false
}

/**
 * `shard` says what a row is: of that shard and one second, or below zero, with -1 - n for all shards and 2^n seconds. So what is to be
 * rolled up is whatever has a greater one than the step of the poll gives, and each step has keys of its own. The newest second of each
 * shard stays: it tells when its last ballot came. Rows come in order, so that two workers never wait for each other crosswise.
 */
async function rollUpSome(sql: Database, poll: number, from: number) {
  // Written so, and not as a join, Postgres finds all of it by the primary key.
  const before = sql`(extract(epoch FROM now())::bigint - ${KEPT_SECONDS}::bigint)`
  const isNewest = sql`(shard, second) IN (SELECT shard, second FROM newest WHERE second IS NOT NULL)`
  const [row] = await sql`
    WITH step AS (
      SELECT -1 - doublings AS mark, 1::bigint << doublings AS seconds
      FROM (SELECT min(second) AS first, max(second) AS last FROM timeline WHERE poll = ${poll}) AS span,
        LATERAL (SELECT ${doublings(sql)} AS doublings) AS fitting
    ), newest AS (
      SELECT shard, (SELECT max(second) FROM timeline WHERE poll = ${poll} AND timeline.shard = shards.shard) AS second
      FROM shards
    ), taken AS (
      DELETE FROM timeline WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM timeline
        WHERE poll = ${poll} AND second >= ${from} AND second < ${before} AND shard > (SELECT mark FROM step) AND NOT ${isNewest}
        ORDER BY second LIMIT ${ROWS_A_STEP} FOR UPDATE SKIP LOCKED))
      RETURNING second, option, votes
    ), rolled AS (
      INSERT INTO timeline (poll, shard, second, option, votes)
      SELECT ${poll}, mark, second / seconds * seconds AS start, option, sum(votes)
      FROM taken, step GROUP BY mark, start, option ORDER BY start, option
      ON CONFLICT (poll, second, shard, option) DO UPDATE SET votes = timeline.votes + excluded.votes
    )
    SELECT count(*) AS taken, COALESCE(max(second), 0) AS last, EXISTS (
      SELECT FROM timeline WHERE poll = ${poll} AND second >= ${before} AND shard >= 0 AND NOT ${isNewest}
    ) AS left FROM taken`
  return { taken: Number(row?.taken), last: Number(row?.last), left: row?.left === true }
}
