/** Who looks at a poll, and what they may see of it. */

import { readReceipt } from "@tallyroom/lib/ballots/receipts"
import { Problem, shown } from "@tallyroom/lib/errors"
import { spellingHint } from "@tallyroom/lib/http/page-address"
import type { Poll, ResultsMode } from "@tallyroom/lib/polls/poll"
import type { Tally } from "@tallyroom/lib/polls/tallies"

export const AUDIENCES = ["public", "receipt", "admin"] as const
export type Audience = (typeof AUDIENCES)[number]

/** What somebody shows of themselves. */
export type Credentials = { admin: boolean; receipt: string | null }
export const NOBODY: Credentials = { admin: false, receipt: null }

/** An admin, the holder of a receipt of this very poll, or anybody. */
export function audienceOf(poll: Poll, viewer: Credentials): Audience {
  if (viewer.admin) return "admin"
  return viewer.receipt !== null && readReceipt(poll.salt, viewer.receipt) ? "receipt" : "public"
}

/** Whether this audience sees counts at this moment. That a poll is closed for being deleted shows nobody any. */
export function seesCounts(
  poll: Pick<Poll, "results" | "state"> & { deleting?: boolean },
  audience: Audience,
): boolean {
  return audience === "admin" || (!poll.deleting && VISIBLE[poll.results](poll.state, audience))
}

const VISIBLE: Record<ResultsMode, (state: Poll["state"], audience: Audience) => boolean> = {
  live: () => true,
  "after-vote": (_, audience) => audience === "receipt",
  "after-close": (state) => state === "closed" || state === "final",
}

/** A draft, and a poll that is being deleted, is shown to admins alone. */
export function mayKnow(poll: Pick<Poll, "state" | "deleting">, viewer: Credentials): boolean {
  return viewer.admin || (poll.state !== "draft" && !poll.deleting)
}

/**
 * The poll, unless this viewer may not know of it.
 * @throws {Problem} poll-unknown
 */
export function requirePoll(id: string, tally: Tally | undefined, viewer: Credentials): Tally {
  if (!tally || !mayKnow(tally.poll, viewer)) throw pollUnknown(id)
  return tally
}

export function pollUnknown(id: string): Problem {
  const hint = spellingHint(id, "look at /api/polls for those there are")
  return new Problem("poll-unknown", `There is no poll ${shown(id)}: ${hint}.`)
}

/** @throws {Problem} results-hidden when this audience sees no counts now, with what to do about it. */
export function requireCounts(poll: Poll, audience: Audience): void {
  if (seesCounts(poll, audience)) return
  const what = `The results of ${shown(poll.id)} are shown`
  const detail =
    poll.results === "after-vote"
      ? `${what} to those who have voted: add ?receipt= with the receipt of a vote.`
      : `${what} once the poll is closed: come back then.`
  throw new Problem("results-hidden", detail)
}
