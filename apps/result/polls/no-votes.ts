/** Whether a poll has no votes at all: none in Postgres, and none in the inbox. */

import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"

/** With a broker, a vote app may accept ballots for up to 6 seconds by an older copy of the poll. */
const COUNTED_WITHIN_MS = 7_000
const LOOK_AGAIN_MS = 40

/** A condition on a row of polls: the poll is paused, every shard has counted all that it accepted before, and there were no votes. */
export function hasNoVotes(sql: Database) {
  return sql`state = 'paused'
    AND NOT EXISTS (SELECT FROM books WHERE poll = polls.number AND accepted > 0)
    AND NOT EXISTS (
      SELECT FROM shards
      LEFT JOIN closings ON closings.shard = shards.shard AND closings.poll = polls.number AND stop = polls.stops
      WHERE closings.poll IS NULL OR (shards.ms, shards.seq) < (closings.ms, closings.seq))`
}

/**
 * Tries again and again until every shard has counted the ballots of a paused poll.
 * @param tryOnce resolves to null as long as some shard has not
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
