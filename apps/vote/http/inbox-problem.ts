import { Problem } from "@tallyroom/lib/errors"
import { InboxAway } from "@tallyroom/lib/inbox/contract"

/** The problem that clients are told when the inbox can't be reached; null for any other error. */
export function inboxProblem(error: unknown): Problem | null {
  if (!(error instanceof InboxAway)) return null
  const detail = "Votes can't be taken for a moment: send the same vote again, it counts once."
  return new Problem("inbox-away", detail, { retryAfter: 1, cause: error })
}
