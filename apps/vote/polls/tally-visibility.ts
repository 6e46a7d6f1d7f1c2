/** Whether a reader may see a poll's counts. The vote app knows the public and holders of a receipt, and no admins. */

import { Problem } from "@tallyroom/lib/errors"
import { audienceOf } from "@tallyroom/lib/polls/audience"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { seesCounts } from "@tallyroom/lib/polls/visibility"

/** Whether a reader with this receipt, or with none, may see the poll's counts now. */
export function mayShow(poll: Poll, receipt: string | null): boolean {
  return seesCounts(poll, audienceOf(poll, { admin: false, receipt }))
}

/** @throws {Problem} results-hidden when this reader may not see counts now */
export function requireShown(poll: Poll, receipt: string | null): void {
  if (mayShow(poll, receipt)) return
  const when =
    poll.results === "after-vote"
      ? "to those who have voted: add ?receipt="
      : "once it is closed: come back then"
  throw new Problem("results-hidden", `The results of ${poll.id} are shown ${when}.`)
}
