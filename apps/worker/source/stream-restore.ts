/** What Postgres knows of a shard's stream, and what a new stream must hold. */

import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import type { StreamEntry } from "@tallyroom/lib/inbox/stream/contract"
import { encodeBallotEntry } from "@tallyroom/lib/inbox/stream/entries"
import type { Poll } from "@tallyroom/lib/polls/poll"

const BALLOTS_A_STEP = 5_000

/** The name of a shard's stream, or null before there was one. */
export async function streamOf(sql: Database, shard: number): Promise<string | null> {
  const [row] = await sql`SELECT log FROM shards WHERE shard = ${shard}`
  return row?.log ?? null
}

/** The ballots of a shard that stand, in polls that may still take votes, as entries of a stream. */
export async function* standingBallots(
  sql: Database,
  shard: number,
  polls: Poll[],
): AsyncGenerator<StreamEntry[]> {
  for (const poll of polls) {
    if (poll.state === "final" || poll.state === "draft") continue
    const rows = sql`SELECT voter, option, ms, seq FROM votes WHERE poll = ${poll.number} AND shard = ${shard}`
    for await (const step of rows.cursor(BALLOTS_A_STEP)) {
      yield step.map(({ voter, option, ms, seq }) => {
        const ballot = { poll: poll.number, voter: voterOfUuid(String(voter)), option: String(option) }
        return { text: encodeBallotEntry(ballot, { ms: Number(ms), seq: Number(seq) }), ballot }
      })
    }
  }
}

/** Polls that have lately been final for a day or were lately deleted: nobody sends their ballots again. */
export async function expiredPolls(sql: Database): Promise<number[]> {
  const rows = await sql`
    SELECT number FROM polls WHERE final_at BETWEEN now() - interval '26 hours' AND now() - interval '24 hours'
    UNION ALL
    SELECT number FROM deleted_polls WHERE deleted_at > now() - interval '2 hours'`
  return rows.map((row) => Number(row.number))
}
