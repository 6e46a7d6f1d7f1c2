/** Whose work on a shard counts. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"

/**
 * The lease's holder, as long as it has not begun anew and the position is where it left it. A connection may break while Postgres
 * still works on a statement, or has not read it yet: the epoch tells such a statement from those of the beginning after it.
 */
export type Holding = { shard: number; worker: string; epoch: number; position: Position }

/** A condition in SQL that is true for the row in `shards` while this holding stands. */
export function isRowOf(sql: Database, { shard, worker, epoch, position }: Holding) {
  return sql`
    shard = ${shard} AND holder = ${worker} AND epoch = ${epoch} AND ms = ${position.ms} AND seq = ${position.seq}`
}

/**
 * A condition in SQL that is true while this holding stands. It waits for what changes the shard just now, and keeps the shard as
 * it is until the statement is over.
 */
export function isHolding(sql: Database, holding: Holding) {
  return sql`EXISTS (SELECT FROM shards WHERE ${isRowOf(sql, holding)} FOR NO KEY UPDATE)`
}
