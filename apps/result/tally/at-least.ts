/** Reads that are at least as new as what the client has by its `?after=`. */

import { Problem } from "@tallyroom/lib/errors"
import { knownTo, readAfter } from "@tallyroom/lib/http/after"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { SharedReads } from "../database/shared-reads"
import { versionOf } from "./snapshot"

/**
 * What the reads have of this poll.
 * @param tallyOf the tally of what is read; its full version decides, as no audience's own is greater
 * @throws {Problem} request-malformed; database-away, also when there is nothing so new in time
 */
export function readAtLeast<T>(
  reads: SharedReads<T>,
  id: string,
  url: URL,
  tallyOf: (found: T) => Tally,
): Promise<T | undefined> {
  return readAfter(
    knownTo(url),
    () => reads.read(id),
    (found) => {
      const tally = tallyOf(found)
      return { number: tally.poll.number, version: versionOf(tally, true) }
    },
    (detail) => new Problem("database-away", detail, { retryAfter: 1 }),
  )
}
