/** Puts voters into a database as if each of them had voted and been counted, far faster than they could vote. */

import { existsSync, readFileSync, statfsSync } from "node:fs"
import { freemem } from "node:os"
import type { Database } from "@tallyroom/lib/database"
import { newSalt } from "@tallyroom/lib/polls/rows"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { numberArray } from "@tallyroom/lib/postgres-array"
import { UserError } from "../../services/terminal/user-error"
import { DEFAULT_SHARDS } from "./poll"

/** They voted so long ago. */
const SECONDS_AGO = 3_600
/** As full as random voters leave the pages of an index. */
const FILLED_PERCENT = 70
/** With less of it Postgres writes many times more to the disk while it sorts millions of voters. */
const SORT_MEMORY = "256MB"
/** The old polls that a lot of old votes belongs to. */
const OLD_POLLS = 10

/** What a voter takes: row, index and their sorting in Postgres; an entry in Redis's file, which is written anew beside the old one. */
const DISK_BYTES_A_VOTER = 350
const DISK_BYTES_BESIDE = 2 * 2 ** 30
/** In Redis, which also copies what changes while it writes its file. */
const MEMORY_BYTES_A_VOTER = 200

/** Gives each voter a vote in the only poll that there is, for one option or the other. Nobody else may be at work in the database. */
export async function putVotersThere(sql: Database, voters: number): Promise<void> {
  await sql.begin(async (transaction) => {
    const [poll] = await transaction`SELECT number FROM polls`
    await putVotes(transaction, voters, [Number(poll?.number)])
  })
  await settle(sql)
}

/** The same in ten polls that have long been final, one of them after the other. */
export async function putOldVotesThere(sql: Database, votes: number): Promise<void> {
  await sql.begin(async (transaction) => {
    const numbers: number[] = []
    for (let i = 1; i <= OLD_POLLS; i++) {
      const [poll] = await transaction`
        INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt, closed_at, final_at)
        SELECT ${`old-${i}`}, ${`Old poll ${i}`}, options, policy, 'final', results, eligibility, ${newSalt()}, now(), now()
        FROM polls WHERE is_default RETURNING number`
      numbers.push(Number(poll?.number))
    }
    await putVotes(transaction, votes, numbers)
  })
  await settle(sql)
}

/** Tallies, timeline, books and positions are what counting them would have left, so that an audit balances. */
async function putVotes(transaction: Queries, votes: number, polls: readonly number[]): Promise<void> {
  const second = Math.floor(Date.now() / 1_000) - SECONDS_AGO
  await transaction.unsafe(`SET LOCAL maintenance_work_mem = '${SORT_MEMORY}'`)
  await transaction`ALTER TABLE votes DROP CONSTRAINT votes_pkey`
  await transaction`
    INSERT INTO votes (poll, voter, ms, seq, shard, option)
    SELECT (${numberArray(polls)}::integer[])[1 + (n - 1) * ${polls.length}::bigint / ${votes}::bigint], voter, ${second}::bigint * 1000, n,
      ('x' || left(voter::text, 6))::bit(24)::integer % ${DEFAULT_SHARDS}::integer, CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b' END
    FROM (SELECT n, gen_random_uuid() AS voter FROM generate_series(1, ${votes}::integer) AS n OFFSET 0) AS made`
  await transaction.unsafe(
    `ALTER TABLE votes ADD PRIMARY KEY (poll, voter) WITH (fillfactor = ${FILLED_PERCENT})`,
  )
  await transaction`
    CREATE TEMPORARY TABLE made_votes ON COMMIT DROP AS
    SELECT poll, shard, option, count(*) AS votes, max(seq) AS seq FROM votes GROUP BY 1, 2, 3`
  await transaction`INSERT INTO tallies (poll, shard, option, votes) SELECT poll, shard, option, votes FROM made_votes`
  await transaction`
    INSERT INTO timeline (poll, shard, second, option, votes)
    SELECT poll, shard, ${second}::bigint, option, votes FROM made_votes`
  await transaction`
    INSERT INTO books (poll, shard, accepted, counted, version)
    SELECT poll, shard, sum(votes), sum(votes), 1 FROM made_votes GROUP BY 1, 2`
  await transaction`
    UPDATE shards SET ms = ${second}::bigint * 1000, seq = last.seq
    FROM (SELECT shard, max(seq) AS seq FROM made_votes GROUP BY 1) AS last WHERE last.shard = shards.shard`
}

/** What Postgres would do to the new rows by itself, while something is measured. */
async function settle(sql: Database): Promise<void> {
  await sql`VACUUM ANALYZE votes`
  await sql`CHECKPOINT`
}

/**
 * Says so before anything is made where the machine has no room for so many voters.
 * @param dir where the stores keep their data
 * @param inRedis how many of them Redis has to know, too
 * @throws {UserError}
 */
export function requireRoom(dir: string, voters: number, inRedis: number): void {
  const { bavail, bsize } = statfsSync(dir)
  requireFree(`of disk at ${dir}`, bavail * bsize, voters * DISK_BYTES_A_VOTER + DISK_BYTES_BESIDE)
  requireFree("of memory", availableMemory(), inRedis * MEMORY_BYTES_A_VOTER)
}

function requireFree(what: string, there: number, needed: number): void {
  if (there >= needed) return
  const [has, wants] = [there, needed].map((bytes) => (bytes / 2 ** 30).toFixed(1))
  throw new UserError(
    `So many voters take about ${wants} GB ${what}, and ${has} GB are free: ask for fewer with --voters, or for other benchmarks with --only.`,
  )
}

/** Linux counts what it may drop as available, and not as free. */
function availableMemory(): number {
  const file = "/proc/meminfo"
  const kilobytes = existsSync(file) && /^MemAvailable:\s+(\d+)/m.exec(readFileSync(file, "utf8"))?.[1]
  return kilobytes ? Number(kilobytes) * 1_024 : freemem()
}
