/** What a first start on an empty database sets up: the shards, for good, and the classic poll. */

import type { Database } from "@tallyroom/lib/database"
import { newSalt } from "@tallyroom/lib/poll-rows"

/** The number of shards was set otherwise by the first start. */
export class ShardsFixed extends Error {
  override readonly name = "ShardsFixed"
}

/** @throws {ShardsFixed} when the data was made with another number of shards. */
export async function ensureShards(sql: Database, shards: number): Promise<void> {
  const found = await sql.begin(async (transaction) => {
    await transaction`LOCK TABLE shards IN SHARE ROW EXCLUSIVE MODE`
    await transaction`INSERT INTO shards (shard) SELECT generate_series(0, ${shards - 1}::integer)
      WHERE NOT EXISTS (SELECT FROM shards)`
    const [row] = await transaction`SELECT count(*)::integer AS shards FROM shards`
    return Number(row?.shards)
  })
  if (found !== shards) {
    throw new ShardsFixed(
      `INBOX_SHARDS is ${shards}, but this database was made with ${found}, which can't change: set INBOX_SHARDS=${found}.`,
    )
  }
}

/** Creates `cats-vs-dogs`, open and the default, if there is no poll at all and never was one. */
export async function ensureClassicPoll(sql: Database, labels: { a: string; b: string }): Promise<void> {
  const options = [
    { id: "a", label: labels.a },
    { id: "b", label: labels.b },
  ]
  await sql`INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt, is_default)
    SELECT 'cats-vs-dogs', ${`${labels.a} vs ${labels.b}`}, ${JSON.stringify(options)}::text::jsonb,
      'final', 'open', 'live', 'browser', ${newSalt()}, true
    WHERE NOT EXISTS (SELECT FROM polls) AND NOT EXISTS (SELECT FROM deleted_polls) ON CONFLICT DO NOTHING`
}
