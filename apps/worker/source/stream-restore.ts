/** What Postgres knows of a shard's stream, and what a new stream must hold. */

import type { Database } from "@tallyroom/lib/database"
import type { StreamEntry } from "@tallyroom/lib/inbox/stream/contract"
import { encodeBallotEntry } from "@tallyroom/lib/inbox/stream/entries"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { readStandingVotes } from "./standing-votes"

/** The name of a shard's stream, or null before there was one. */
export async function streamOf(sql: Database, shard: number): Promise<string | null> {
  const [row] = await sql`SELECT log FROM shards WHERE shard = ${shard}`
  return row?.log ?? null
}

/** Hands on the ballots of a shard that stand, in polls that may still take votes, as entries of a stream. */
export async function eachStandingBallot(
  sql: Database,
  shard: number,
  polls: Poll[],
  take: (entries: StreamEntry[]) => Promise<void>,
): Promise<void> {
  const votable = polls
    .filter(({ state }) => state !== "final" && state !== "draft")
    .map(({ number }) => number)
  await readStandingVotes(sql, { polls: votable, shard }, async (votes) => {
    await take(
      votes.map(({ poll, voter, option, ms, seq }) => {
        const ballot = { poll, voter, option }
        return { text: encodeBallotEntry(ballot, { ms, seq }), ballot }
      }),
    )
    return true
  })
}

/** Polls that have lately been final for a day or were lately deleted: nobody sends their ballots again. */
export async function expiredPolls(sql: Database): Promise<number[]> {
  const rows = await sql`
    SELECT number FROM polls WHERE final_at BETWEEN now() - interval '26 hours' AND now() - interval '24 hours'
    UNION ALL
    SELECT number FROM deleted_polls WHERE deleted_at > now() - interval '2 hours'`
  return rows.map((row) => Number(row.number))
}
