/** Reads the votes that stand in one shard from Postgres, however many there are. */

import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"

const VOTES_A_PORTION = 5_000

export type VoteRow = { voter: string; option: string; ms: number; seq: number }

/** @param take is handed portion after portion; false ends the reading */
export async function readStandingVotes(
  sql: Database,
  { poll, shard }: { poll: number; shard: number },
  take: (votes: VoteRow[]) => Promise<boolean>,
): Promise<void> {
  await sql.begin(async (transaction) => {
    // Postgres would count the time in which the portions are taken. Each portion still has its deadline here.
    await transaction`SET LOCAL statement_timeout = 0`
    const rows = transaction`SELECT voter, option, ms, seq FROM votes WHERE poll = ${poll} AND shard = ${shard}`
    for await (const portion of rows.cursor(VOTES_A_PORTION)) {
      const votes = portion.map(({ voter, option, ms, seq }) => ({
        voter: voterOfUuid(String(voter)),
        option: String(option),
        ms: Number(ms),
        seq: Number(seq),
      }))
      if (!(await take(votes))) return
    }
  })
}
