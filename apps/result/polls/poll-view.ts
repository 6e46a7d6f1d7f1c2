/** A poll as the API shows it. Its salt is never part of it. */

import { confirmsVote, votingPhase } from "@tallyroom/lib/polls/poll"
import type { StoredPoll } from "./poll-store"

/** What everybody may know of a poll. Admins also see what would betray how many voted. */
export function pollView(poll: StoredPoll, admin: boolean) {
  const {
    id,
    title,
    options,
    ballot,
    decision,
    order,
    policy,
    results,
    eligibility,
    state,
    opensAt,
    closesAt,
    finalAt,
  } = poll
  const { finalFrom, isStopping, revision, codesMade, accepted } = poll
  const phase = votingPhase(poll, Date.now())
  // As long as some shard may take votes, there is no moment since which none was taken.
  const closedAt = isStopping ? null : poll.closedAt
  const pausedAt = isStopping && phase === "paused" ? null : poll.pausedAt
  return {
    id,
    title,
    options,
    ballot,
    decision,
    order,
    policy,
    results,
    eligibility,
    confirm: confirmsVote(poll),
    state,
    phase,
    closing: isStopping && phase === "closed",
    pausing: isStopping && phase === "paused",
    opensAt,
    closesAt,
    pausedAt,
    closedAt,
    finalFrom,
    finalAt,
    default: poll.isDefault,
    archived: poll.archived,
    ...(admin && { deleting: poll.deleting, revision, codesMade, accepted }),
  }
}
