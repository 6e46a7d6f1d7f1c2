/** What anybody may know of a poll. */

import { confirmsVote, type Poll, votingPhase } from "@tallyroom/lib/polls"

/** The poll as the API shows it, never its salt; of a draft nothing but that it is one. */
export function pollView(poll: Poll, now: number): Record<string, unknown> {
  const phase = votingPhase(poll, now)
  if (phase === "draft") return { id: poll.id, number: poll.number, phase }
  const { id, number, title, options, policy, results, eligibility, opensAt, closesAt } = poll
  const confirm = confirmsVote(poll)
  return { id, number, title, options, policy, results, eligibility, confirm, phase, opensAt, closesAt }
}
