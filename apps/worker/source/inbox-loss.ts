/** When a shard's inbox went away with what it had accepted, so that the audit says "at least". */

import type { Database } from "@tallyroom/lib/database"

/** Opening a shard may fail and begin anew: that is no further loss. */
const SAME_LOSS_SECONDS = 60

/** Records that ballots of a shard went away, and nobody knows exactly how many: what the books have is the least. */
export async function recordLoss(sql: Database, shard: number): Promise<void> {
  await sql`
    INSERT INTO inbox_losses (shard) SELECT ${shard}::smallint
    WHERE NOT EXISTS (
      SELECT FROM inbox_losses WHERE shard = ${shard} AND at > now() - ${SAME_LOSS_SECONDS} * interval '1 second')`
}
