/** What anybody may know of a poll. */

import { confirmsVote, type Phase, type Poll, votingPhase } from "@tallyroom/lib/polls/poll"

/** The poll as the API shows it, never its salt; of a draft nothing but that it is one. */
export function pollView(poll: Poll, now: number): Record<string, unknown> {
  const phase = votingPhase(poll, now)
  if (phase === "draft") return { id: poll.id, number: poll.number, revision: poll.revision, phase }
  const { id, number, revision, words, title, options, policy, results, eligibility, opensAt, closesAt } =
    poll
  const confirm = confirmsVote(poll)
  const terms = { policy, results, eligibility, confirm, opensAt, closesAt }
  return { id, number, revision, words, title, options, phase, ...terms }
}

/**
 * What may change while somebody looks at a poll, in a line, as every page that is looked at asks for it each second: with
 * another revision the poll itself is another one. `default` is the poll that the start page shows, null when nobody knows.
 */
export function pollNow(
  poll: Poll,
  index: { default: string | null } | null,
  now: number,
): { number: number; revision: number; phase: Phase; default: string | null } {
  const { number, revision } = poll
  return { number, revision, phase: votingPhase(poll, now), default: index?.default ?? null }
}
