/** Reads that are at least as new as what the client has by its `?after=`. */

import { knownTo, readAfter } from "@tallyroom/lib/http/after"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { SharedReads } from "../database/shared-reads"
import { versionOf } from "./snapshot"

/**
 * What the reads have of this poll.
 * @param tallyOf the tally of what is read; its full version decides, as no audience's own is greater
 * @throws {Problem} request-malformed, nothing-so-new, database-away
 */
export function readAtLeast<T>(
  reads: SharedReads<T>,
  id: string,
  url: URL,
  tallyOf: (found: T) => Tally,
): Promise<T | undefined> {
  return readAfter(
    knownTo(url),
    // Whoever has something newer than what others are shown gets it; and the others then, too.
    (again) => (again ? reads.readAnew(id) : reads.read(id)),
    (found) => {
      const tally = tallyOf(found)
      return { number: tally.poll.number, version: versionOf(tally, true) }
    },
    "The results count their versions apart from vote's tally: send the version of the results or of a snapshot.",
  )
}
