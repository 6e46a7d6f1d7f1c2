/** Summaries of polls, as the control room lists them. */

import type { Database } from "@tallyroom/lib/database"
import { decisionOf } from "@tallyroom/lib/polls/decision"
import { votingPhase } from "@tallyroom/lib/polls/poll"
import { textArray } from "@tallyroom/lib/postgres-array"
import { withDeadline } from "../../database/deadline"
import { readStoredPolls, type StoredPoll } from "../../polls/poll-store"
import { ballotIn, decisionIn } from "../../tally/snapshot"
import type { PollSummary } from "../views"

/** A worker opens a draft within a second of its time. */
const MISSED_MS = 5_000

/** These polls with their numbers of votes, in the order of the list. */
export async function readSummaries(sql: Database, ids: readonly string[]): Promise<PollSummary[]> {
  const [polls, rows] = await withDeadline(
    Promise.all([
      readStoredPolls(sql, ids),
      sql`
        SELECT number, COALESCE((SELECT sum(votes) FROM tallies WHERE poll = number), 0)::bigint AS votes
        FROM polls WHERE id = ANY(${textArray(ids)}::text[])`,
    ]),
  )
  const totals = new Map(rows.map((row) => [Number(row.number), Number(row.votes)]))
  return polls.map((poll) => summaryOf(poll, totals.get(poll.number) ?? 0))
}

export function summaryOf(poll: StoredPoll, total: number): PollSummary {
  const { id, title, order, policy, results, eligibility, isDefault, archived, deleting } = poll
  const phase = votingPhase(poll, Date.now())
  // A draft that no worker opened in time, as none ran before the poll was over, does not open by itself any more.
  const missed = phase === "draft" && poll.opensAt !== null && poll.opensAt.getTime() < Date.now() - MISSED_MS
  return {
    ...{ id, title, order, policy, results, eligibility, isDefault, archived, deleting, total },
    ...ballotIn(poll),
    ...decisionIn(poll),
    ...(poll.ballot.method === "rank" && { decision: decisionOf(poll) }),
    phase,
    opensAt: missed ? null : (poll.opensAt?.toISOString() ?? null),
    closesAt: poll.closesAt?.toISOString() ?? null,
    closedAt: poll.closedAt?.toISOString() ?? null,
    stopping: poll.isStopping,
    finalAt: poll.finalAt?.toISOString() ?? null,
  }
}
