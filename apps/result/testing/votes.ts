/** A test fixture: votes as a worker would write them into Postgres. */

import { A_BALLOT, ABSTENTION, type Choice, marksOf, textOf } from "@tallyroom/lib/ballots/choice"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { CHANNELS, type Database } from "@tallyroom/lib/database"
import { readStoredPoll } from "../polls/poll-store"

/** Adds votes for an option to the tally of one shard, as one commit. */
export function addVotes(sql: Database, id: string, option: string, votes: number, shard = 0) {
  return addCounted(sql, id, votes, { tallied: option, marks: [] }, shard)
}

/** Adds ballots that all say this. @throws {Error} for what no ballot of the poll can say */
export async function addBallots(sql: Database, id: string, choice: Choice, ballots: number, shard = 0) {
  const poll = await readStoredPoll(sql, id)
  const text = textOf(poll, choice)
  if (text === null) throw new Error(`No ballot of ${id} can say ${JSON.stringify(choice)}.`)
  const how = marksOf(poll)
  const isWhole = how === null || text === ABSTENTION
  const said = isWhole
    ? { tallied: text, marks: [] }
    : {
        tallied: how.led === 0 ? A_BALLOT : text.slice(0, how.led),
        marks: how.width === 0 ? [] : (text.match(how.width === 2 ? /../g : /./g) ?? []),
        ...(how.whole && { whole: text }),
      }
  return addCounted(sql, id, ballots, said, shard)
}

/** What one ballot adds to: a row of `tallies`, and rows of `marks`, of which one may be its whole text. */
type Said = { tallied: string; marks: string[]; whole?: string }

async function addCounted(
  sql: Database,
  id: string,
  votes: number,
  { tallied, marks, whole }: Said,
  shard: number,
): Promise<void> {
  const second = Math.floor(Date.now() / 1_000)
  await sql.begin(async (transaction) => {
    const [row] = await transaction`SELECT number FROM polls WHERE id = ${id}`
    const poll = Number(row?.number)
    await transaction`
      INSERT INTO books (poll, shard, accepted, counted, version) VALUES (${poll}, ${shard}, ${votes}, ${votes}, 1)
      ON CONFLICT (poll, shard) DO UPDATE SET version = books.version + 1,
        accepted = books.accepted + ${votes}, counted = books.counted + ${votes}`
    await transaction`
      INSERT INTO tallies (poll, shard, option, votes) VALUES (${poll}, ${shard}, ${tallied}, ${votes})
      ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + ${votes}`
    for (const [mark, isWhole] of [
      ...marks.map((mark) => [mark, false] as const),
      ...(whole ? [[whole, true] as const] : []),
    ])
      await transaction`
        INSERT INTO marks (poll, shard, mark, votes, whole) VALUES (${poll}, ${shard}, ${mark}, ${votes}, ${isWhole})
        ON CONFLICT (poll, whole, shard, mark) DO UPDATE SET votes = marks.votes + ${votes}`
    for (const drawn of [tallied, ...marks])
      await transaction`
        INSERT INTO timeline (poll, shard, second, option, votes)
        VALUES (${poll}, ${shard}, ${second}, ${drawn}, ${votes})
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
