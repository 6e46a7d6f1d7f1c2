/** How a worker knows again the entry of a stream that was counted last, when its broker comes back. */

import { createHash } from "node:crypto"
import type { Database } from "@tallyroom/lib/database"

/** The digest of an entry's text. */
export function digestOf(raw: string): string {
  return createHash("sha256").update(raw).digest("base64url").slice(0, 22)
}

/** The digest of the entry at the shard's position; null when the position was not reached by counting. */
export async function lastCounted(sql: Database, shard: number): Promise<string | null> {
  const [row] = await sql`SELECT log_last FROM shards WHERE shard = ${shard}`
  return row?.log_last ?? null
}
