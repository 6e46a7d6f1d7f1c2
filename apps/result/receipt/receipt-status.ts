/** What became of the ballot of a receipt. It never says for which option the ballot was. */

import { type Receipt, readReceipt } from "@tallyroom/lib/ballots/receipts"
import { uuidOfVoter } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"
import { BALLOT_ID_BASE } from "@tallyroom/lib/inbox/stream/entries"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { z } from "zod"
import { withDeadline } from "../database/deadline"

/** A step of the timeline is shorter where many vote; a receipt then tells less than the timeline. */
const SINCE_STEP_MS = 60 * 60 * 1_000

export const BALLOT_FATES = ["pending", "counted", "replaced", "late", "set-aside", "lost"] as const

const statusSchema = z.object({
  status: z.enum(BALLOT_FATES),
  since: z.date().nullable(),
})

export type ReceiptStatus = { poll: string; status: z.infer<typeof statusSchema>["status"]; since?: string }

/** @throws {Problem} receipt-unknown when the text is no receipt of this poll */
export async function receiptStatus(sql: Database, poll: Poll, text: string): Promise<ReceiptStatus> {
  const receipt = readReceipt(poll.salt, text)
  if (!receipt)
    throw new Problem("receipt-unknown", `This is no receipt of the poll "${poll.id}": copy it whole.`)
  const [row] = await withDeadline(lookUp(sql, poll, receipt))
  const { status, since } = statusSchema.parse(row)
  return { poll: poll.id, status, ...(since && { since: coarse(since).toISOString() }) }
}

/** A moment as coarsely as receipts tell it: the timeline would lead from a second to the vote. */
function coarse(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / SINCE_STEP_MS) * SINCE_STEP_MS)
}

/**
 * One statement, so that all tables are seen at the same moment. `since` is when the ballot was accepted, or when it was
 * replaced or became a dead letter.
 */
function lookUp(sql: Database, { number, policy }: Poll, { shard, position: { ms, seq }, voter }: Receipt) {
  // A ballot that was sent again is in a stream twice, with ids of which only the moment differs. Once it was read, either counts.
  const inStream = seq >= BALLOT_ID_BASE
  // Another browser's ballot with the same code, or from the same network, has another id whatever its option is: so nobody learns
  // the vote that stands by trying every option.
  const copyCounts = inStream && policy === "final"
  const uuid = uuidOfVoter(voter)
  return sql`
    WITH ballot AS (SELECT ${ms}::bigint AS ms, ${seq}::bigint AS seq),
    found AS (
      SELECT ballot.ms,
        standing.ms AS standing_ms,
        (standing.ms, standing.seq) = (ballot.ms, ballot.seq)
          OR (${copyCounts} AND standing.seq = ballot.seq AND aside.reason = 'late') AS stands,
        ${policy === "changeable"} AND (
          EXISTS (
            SELECT FROM replaced_votes AS r
            WHERE (r.poll, r.ms, r.seq, r.voter) = (${number}, ballot.ms, ballot.seq, ${uuid}::uuid)
          )
          -- Ballots that were replaced before this table was there are not in it. A new installation has had it from its first
          -- moment: a ballot from before that has the time of a clock that was behind.
          OR ((standing.ms, standing.seq) > (ballot.ms, ballot.seq) AND EXISTS (
            SELECT FROM migrations AS first JOIN migrations AS kept ON kept.name = '0004_replaced_votes'
            WHERE first.name = '0001_tally_room'
              AND to_timestamp(ballot.ms / 1000.0) >= first.applied_at AND to_timestamp(ballot.ms / 1000.0) < kept.applied_at))
        ) AS replaced,
        aside.reason, aside.at,
        COALESCE(${inStream ? sql`shards.read_until <= ballot.ms` : sql`(shards.ms, shards.seq) < (ballot.ms, ballot.seq)`}, true)
          AS unread
      FROM ballot
      LEFT JOIN votes AS standing ON standing.poll = ${number} AND standing.voter = ${uuid}::uuid
      LEFT JOIN set_aside AS aside ON (aside.shard, aside.ms, aside.seq) = (${shard}, ballot.ms, ballot.seq)
      LEFT JOIN shards ON shards.shard = ${shard}
    )
    SELECT
      CASE WHEN stands THEN 'counted' WHEN reason = 'late' THEN 'late' WHEN reason IS NOT NULL THEN 'set-aside'
        WHEN replaced THEN 'replaced' WHEN unread THEN 'pending' ELSE 'lost' END AS status,
      CASE WHEN stands THEN to_timestamp(ms / 1000.0) WHEN reason IS NOT NULL THEN at
        WHEN replaced THEN to_timestamp(standing_ms / 1000.0) WHEN unread THEN to_timestamp(ms / 1000.0) END AS since
    FROM found`
}
