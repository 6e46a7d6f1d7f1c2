/** When a shard's inbox went away with what it had accepted, so that the audit says "at least". */

import type { Database } from "@tallyroom/lib/database"

/** Records that ballots of a shard went away, and nobody knows exactly how many: what the books have is the least. */
export async function recordLoss(sql: Database, shard: number): Promise<void> {
  await sql`INSERT INTO inbox_losses (shard) VALUES (${shard})`
}
