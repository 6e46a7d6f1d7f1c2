/** What a page shows of a tally. */

import { audienceOf, type Viewer } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { seesCounts } from "@tallyroom/lib/polls/visibility"
import { PRIVATE, PUBLIC_FOR_A_SECOND } from "../http/cache-control"
import { type Snapshot, snapshotOf } from "./snapshot"

export type ShownTally = {
  snapshot: Snapshot
  /** When it was read (ms). */
  now: number
  /** Where on the vote app people vote. */
  ballot: string
  /** The receipt that unlocks the counts of an after-vote poll. It stays in the addresses of the page. */
  receipt: string | null
}

/** What this viewer is shown of a tally, and who may keep the answer. */
export function shownTo(tally: Tally, ballot: string, viewer: Viewer): { shown: ShownTally; cache: string } {
  const audience = audienceOf(tally.poll, viewer)
  const snapshot = snapshotOf(tally, seesCounts(tally.poll, audience))
  const receipt = audience === "receipt" ? viewer.receipt : null
  return {
    shown: { snapshot, now: tally.at.getTime(), ballot, receipt },
    cache: audience === "public" ? PUBLIC_FOR_A_SECOND : PRIVATE,
  }
}
