/** Whose work on a shard counts. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"

/** The lease's holder, as long as the position is where it left it. */
export type Holding = { shard: number; worker: string; position: Position }

/** A condition in SQL that is true while this holding stands. */
export function isHolding(sql: Database, { shard, worker, position }: Holding) {
  return sql`EXISTS (SELECT FROM shards
    WHERE shard = ${shard} AND holder = ${worker} AND ms = ${position.ms} AND seq = ${position.seq})`
}
