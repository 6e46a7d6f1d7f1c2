/** Puts voters into a database as if each of them had voted and been counted, far faster than they could vote. */

import type { Database } from "@tallyroom/lib/database"
import { DEFAULT_SHARDS } from "./poll"

/** They voted so long ago. */
const SECONDS_AGO = 3_600
/** As full as random voters leave the pages of an index. */
const FILLED_PERCENT = 70

/**
 * Each has a vote in the poll of a first start, for one option or the other. Tallies, timeline, books and positions are what counting them
 * would have left, so that an audit balances. Nobody else may be at work in the database.
 */
export async function putVotersThere(sql: Database, voters: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`ALTER TABLE votes DROP CONSTRAINT votes_pkey`
    await transaction`
      INSERT INTO votes (poll, voter, ms, seq, shard, option)
      SELECT polls.number, voter, (extract(epoch FROM now())::bigint - ${SECONDS_AGO}::bigint) * 1000, n,
        ('x' || left(voter::text, 6))::bit(24)::integer % ${DEFAULT_SHARDS}::integer, CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b' END
      FROM polls, (SELECT n, gen_random_uuid() AS voter FROM generate_series(1, ${voters}::integer) AS n OFFSET 0) AS made`
    await transaction.unsafe(
      `ALTER TABLE votes ADD PRIMARY KEY (poll, voter) WITH (fillfactor = ${FILLED_PERCENT})`,
    )
    await transaction`
      INSERT INTO tallies (poll, shard, option, votes) SELECT poll, shard, option, count(*) FROM votes GROUP BY 1, 2, 3`
    await transaction`
      INSERT INTO timeline (poll, shard, second, option, votes)
      SELECT poll, shard, ms / 1000, option, count(*) FROM votes GROUP BY 1, 2, 3, 4`
    await transaction`
      INSERT INTO books (poll, shard, accepted, counted, version) SELECT poll, shard, count(*), count(*), 1 FROM votes GROUP BY 1, 2`
    await transaction`
      UPDATE shards SET ms = last.ms, seq = last.seq
      FROM (SELECT shard, max(ms) AS ms, max(seq) AS seq FROM votes GROUP BY 1) AS last WHERE last.shard = shards.shard`
  })
  await sql`VACUUM ANALYZE votes`
  await sql`CHECKPOINT`
}
