/** Makes receipts of ballots that nobody cast, in states that are too rare to produce by voting. */

import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import type { Database } from "@tallyroom/lib/database"

const HOUR_MS = 3_600_000

export type RareFate = "pending" | "late" | "set-aside" | "lost"

/** A ballot that is in no table is pending or lost, depending on the position up to which its shard is counted. */
const CAST_AGO_MS: Record<RareFate, number> = { pending: 0, late: 0, "set-aside": 0, lost: HOUR_MS }
const REASONS: Partial<Record<RareFate, string>> = { late: "late", "set-aside": "option-unknown" }

/** Gives `look` the receipt of such a ballot in this poll; afterwards no table tells of it. */
export async function withRareBallot(
  sql: Database,
  poll: string,
  fate: RareFate,
  look: (receipt: string) => Promise<void>,
): Promise<void> {
  const [row] = await sql`SELECT number, salt FROM polls WHERE id = ${poll}`
  const ballot = { shard: 0, ms: Date.now() - CAST_AGO_MS[fate], seq: 0 }
  const { shard, ...position } = ballot
  const voter = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
  const reason = REASONS[fate]
  if (reason) await sql`INSERT INTO set_aside ${sql({ ...ballot, poll: Number(row?.number), reason })}`
  try {
    await look(writeReceipt(String(row?.salt), { shard, position, voter }))
  } finally {
    await sql`DELETE FROM set_aside WHERE shard = ${shard} AND ms = ${ballot.ms} AND seq = ${ballot.seq}`
  }
}
