/** Reads the votes that stand in one shard from Postgres, however many there are. */

import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { numberArray } from "@tallyroom/lib/postgres-array"

const VOTES_A_PORTION = 5_000

export type VoteRow = { poll: number; voter: string; option: string; ms: number; seq: number }

/**
 * One statement reads the votes of all these polls, as thousands of polls with few votes each would take longer than their votes. They come in
 * no order.
 * @param polls their numbers
 * @param take is handed portion after portion; false ends the reading
 */
export async function readStandingVotes(
  sql: Database,
  { polls, shard }: { polls: readonly number[]; shard: number },
  take: (votes: VoteRow[]) => Promise<boolean>,
): Promise<void> {
  if (polls.length === 0) return
  await sql.begin(async (transaction) => {
    // Postgres would count the time in which the portions are taken. Each portion still has its deadline here.
    await transaction`SET LOCAL statement_timeout = 0`
    const rows = transaction<VoteRow[]>`
      SELECT poll, voter, option, ms, seq FROM votes
      WHERE shard = ${shard} AND poll = ANY(${numberArray(polls)}::integer[])`
    for await (const portion of rows.cursor(VOTES_A_PORTION)) {
      for (const vote of portion) vote.voter = voterOfUuid(vote.voter)
      if (!(await take(portion))) return
    }
  })
}
