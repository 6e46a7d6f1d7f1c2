/** What votes have left on the disks of the stores so far. */

import { openDatabase } from "@tallyroom/lib/database"
import type { BenchRun } from "./bench-stores"

/** `count`: of the votes that are there; all else in bytes. `votes` is their table with its index. */
export type Written = { count: number; votes: number; index: number; wal: number; file: number }

export async function writtenBy({ redis, stores }: BenchRun): Promise<Written> {
  const sql = openDatabase(stores.database.adminUrl, { name: "bench", connections: 1 })
  try {
    const [row] = await sql`
      SELECT
        (SELECT count(*) FROM votes) AS count,
        pg_total_relation_size('votes') AS votes,
        pg_indexes_size('votes') AS index,
        pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal`
    const size = /^aof_current_size:(\d+)/m.exec(await redis.info("persistence"))?.[1]
    return {
      ...{ count: Number(row?.count), votes: Number(row?.votes), index: Number(row?.index) },
      ...{ wal: Number(row?.wal), file: Number(size) },
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}
