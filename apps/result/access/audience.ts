/** What a viewer may see of a poll, and the problem that others get. */

import { Problem, shown } from "@tallyroom/lib/errors"
import { spellingHint } from "@tallyroom/lib/http/page-address"
import type { Viewer } from "@tallyroom/lib/polls/audience"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { type Audience, seesCounts } from "@tallyroom/lib/polls/visibility"
import type { Queries } from "@tallyroom/lib/postgres/rights"

/** Only admins may know of a draft, and of a poll that is being deleted. */
export function mayKnow(poll: Pick<Poll, "state" | "deleting">, viewer: Viewer): boolean {
  return viewer.admin || (poll.state !== "draft" && !poll.deleting)
}

/** The same of everybody else, for a SELECT from polls. */
export function isForAnybodyIn(sql: Queries) {
  return sql`(polls.state <> 'draft' AND polls.deleting_at IS NULL)`
}

/**
 * Returns the poll, if this viewer may know of it.
 * @throws {Problem} poll-unknown
 */
export function requirePoll(id: string, tally: Tally | undefined, viewer: Viewer): Tally {
  if (!tally || !mayKnow(tally.poll, viewer)) throw unknownPollProblem(id)
  return tally
}

export function unknownPollProblem(id: string): Problem {
  const hint = spellingHint(id, "look at /api/polls for those there are")
  return new Problem("poll-unknown", `There is no poll ${shown(id)}: ${hint}.`)
}

/** @throws {Problem} results-hidden when this audience sees no counts now; its detail says what to do. */
export function requireCounts(poll: Poll, audience: Audience): void {
  if (seesCounts(poll, audience)) return
  const what = `The results of ${shown(poll.id)} are shown`
  const detail =
    poll.results === "after-vote"
      ? `${what} to those who have voted: add ?receipt= with the receipt of a vote.`
      : `${what} once the poll is closed: come back then.`
  throw new Problem("results-hidden", detail)
}
