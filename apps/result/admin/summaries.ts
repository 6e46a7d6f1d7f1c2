/** Polls as the control room heads them. */

import type { Database } from "@tallyroom/lib/database"
import { votingPhase } from "@tallyroom/lib/polls"
import { withDeadline } from "../deadline"
import { readPolls, type StoredPoll } from "../poll-store"
import type { PollSummary } from "./views"

/** All polls with their numbers of votes, in the order of the list. */
export async function readSummaries(sql: Database): Promise<PollSummary[]> {
  const [polls, rows] = await withDeadline(
    Promise.all([readPolls(sql), sql`SELECT poll, sum(votes)::bigint AS votes FROM tallies GROUP BY poll`]),
  )
  const totals = new Map(rows.map((row) => [Number(row.poll), Number(row.votes)]))
  return polls.map((poll) => summaryOf(poll, totals.get(poll.number) ?? 0))
}

export function summaryOf(poll: StoredPoll, total: number): PollSummary {
  const { id, title, policy, results, eligibility, isDefault, archived, deleting } = poll
  return {
    ...{ id, title, policy, results, eligibility, isDefault, archived, deleting, total },
    phase: votingPhase(poll, Date.now()),
    opensAt: poll.opensAt?.toISOString() ?? null,
    closesAt: poll.closesAt?.toISOString() ?? null,
    finalAt: poll.finalAt?.toISOString() ?? null,
  }
}
