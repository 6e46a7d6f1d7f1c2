/** A test fixture: votes as a worker would write them into Postgres. */

import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { CHANNELS, type Database } from "@tallyroom/lib/database"

/** Adds votes for an option to the tally of one shard, as one commit. */
export async function addVotes(sql: Database, id: string, option: string, votes: number, shard = 0) {
  const second = Math.floor(Date.now() / 1_000)
  await sql.begin(async (transaction) => {
    const [row] = await transaction`SELECT number FROM polls WHERE id = ${id}`
    const poll = Number(row?.number)
    await transaction`
      INSERT INTO books (poll, shard, accepted, counted, version) VALUES (${poll}, ${shard}, ${votes}, ${votes}, 1)
      ON CONFLICT (poll, shard) DO UPDATE SET version = books.version + 1,
        accepted = books.accepted + ${votes}, counted = books.counted + ${votes}`
    await transaction`
      INSERT INTO tallies (poll, shard, option, votes) VALUES (${poll}, ${shard}, ${option}, ${votes})
      ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + ${votes}`
    await transaction`
      INSERT INTO timeline (poll, shard, second, option, votes)
      VALUES (${poll}, ${shard}, ${second}, ${option}, ${votes})
      ON CONFLICT (poll, second, shard, option) DO UPDATE SET votes = timeline.votes + ${votes}`
    await transaction`SELECT pg_notify(${CHANNELS.tally}, ${String(poll)})`
  })
}

export const TEST_VOTER = Buffer.from("0123456789abcdef").toString("base64url")

/** A receipt of this poll for a ballot at this position of shard 0. */
export async function receiptOf(sql: Database, id: string, ms: number, seq = 0): Promise<string> {
  const [row] = await sql`SELECT salt FROM polls WHERE id = ${id}`
  return writeReceipt(String(row?.salt), { shard: 0, position: { ms, seq }, voter: TEST_VOTER })
}
