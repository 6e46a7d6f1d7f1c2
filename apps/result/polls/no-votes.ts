/** Whether a poll has no votes at all: none that Postgres knows of, and none on its way that it will hear of. */

import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"

/** With a broker it takes 6 seconds until no vote app can still take a ballot by an older reading of the poll. */
const COUNTED_WITHIN_MS = 7_000
const LOOK_AGAIN_MS = 40

/** As a condition on a row of polls: it takes no votes, and every shard has counted what it accepted before, which was nothing. */
export function hasNoVotes(sql: Database) {
  return sql`state = 'paused'
    AND NOT EXISTS (SELECT FROM books WHERE poll = polls.number AND accepted > 0)
    AND NOT EXISTS (
      SELECT FROM shards
      LEFT JOIN closings ON closings.shard = shards.shard AND closings.poll = polls.number AND stop = polls.stops
      WHERE closings.poll IS NULL OR (shards.ms, shards.seq) < (closings.ms, closings.seq))`
}

/**
 * Tries until every shard of a paused poll has counted.
 * @param tryOnce gives null while it has not
 * @throws {Problem} poll-fixed when that takes too long
 */
export async function onceCounted<T>(id: string, tryOnce: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + COUNTED_WITHIN_MS
  for (;;) {
    const outcome = await tryOnce()
    if (outcome !== null) return outcome
    if (performance.now() > end) {
      const detail = `The poll ${shown(id)} may have taken votes that no worker has counted yet: see that one runs, and try again.`
      throw new Problem("poll-fixed", detail)
    }
    await Bun.sleep(LOOK_AGAIN_MS)
  }
}
