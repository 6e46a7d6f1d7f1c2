import { Problem } from "@tallyroom/lib/errors"
import { ClientGone, InboxAway } from "@tallyroom/lib/inbox/contract"

/** Nobody reads it, unless a proxy has hung up for a client that is still there. */
const GONE = "The client hung up, so this vote was not taken: send it again."

const NOT_TAKEN = "Votes can't be taken for a moment: send the same vote again, it counts once."
const FULL =
  "There is no room for more votes: this vote was not taken. Send the same vote again, it counts once."
const PERHAPS =
  "The inbox did not answer in time, so this vote is taken perhaps: send the same vote again, it counts once."

/** The problem that clients are told when the inbox can't be reached; null for any other error. */
export function inboxProblem(error: unknown): Problem | null {
  if (error instanceof ClientGone) return new Problem("inbox-away", GONE)
  if (!(error instanceof InboxAway)) return null
  if (error.isFull)
    return new Problem("inbox-full", FULL, { retryAfter: 1, members: { taken: "no" }, cause: error })
  const detail = error.perhaps ? PERHAPS : NOT_TAKEN
  const members = { taken: error.perhaps ? "perhaps" : "no" }
  return new Problem("inbox-away", detail, { retryAfter: 1, members, cause: error })
}
