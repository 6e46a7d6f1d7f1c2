/** Rule: the record is whole and shows something, so that no empty run passes. */

import type { Evidence, PollEvidence } from "../evidence"
import { wentBackFrom } from "../faults-of"

/**
 * The run began once and healed without a fault; every poll that was made is in Postgres, was audited and asked for its results, unless somebody asked
 * to delete it or Postgres was set back; and there is some evidence of each kind: answers, votes that count, snapshots.
 */
export function* recordIsWhole(evidence: Evidence): Generator<string> {
  yield* evidence.oddities
  if (evidence.runs !== 1) yield `The record has ${evidence.runs} lines that begin a run.`
  if (evidence.healed.length === 0) yield "The record does not say that the system healed."
  for (const { fault } of evidence.healed) if (fault !== null) yield `The system did not heal: ${fault}`
  for (const poll of evidence.polls.values()) yield* missingParts(evidence, poll)
  if (evidence.polls.size === 0) yield "No poll was made."
  if (evidence.calls.ok === 0) yield "No call was answered ok."
  if (evidence.viewing.count === 0) yield "No viewer saw a snapshot."
  if (evidence.viewing.outcomes === 0 && [...evidence.polls.values()].some(isDecidedByRanking))
    yield "No viewer was told what rankings decide."
  const counted = evidence.books.reduce(
    (sum, { poll, votes }) => sum + (evidence.polls.has(poll) ? votes : 0),
    0,
  )
  const deleted = [...evidence.polls.values()].every((poll) => isDeleted(poll))
  if (counted === 0 && !deleted) yield "No vote was counted."
}

function isDecidedByRanking({ made, results }: PollEvidence): boolean {
  return made.ballot.method === "rank" && results.some(({ total }) => total > 0)
}

function* missingParts(evidence: Evidence, poll: PollEvidence): Generator<string> {
  const { made, row, asked, results } = poll
  const mayBeOlder = wentBackFrom(evidence) < Number.POSITIVE_INFINITY
  if (row === null) {
    if (!isDeleted(poll) && !mayBeOlder)
      yield `Postgres does not have the poll ${made.poll}, which nobody deleted.`
    return
  }
  const wasDeleted = asked.some(({ to, outcome }) => to === "deleted" && outcome === "ok")
  if (wasDeleted && !row.isDeleting && !mayBeOlder)
    yield `The poll ${made.poll} was deleted, and is in Postgres all the same.`
  if (row.isDeleting || evidence.healed.some(({ fault }) => fault !== null)) return
  if (!evidence.audited.has(made.poll)) yield `The poll ${made.poll} was not audited.`
  if (results.length === 0) yield `Nobody asked for the results of poll ${made.poll}.`
}

/** Whether it may be gone because somebody asked for that. */
function isDeleted({ asked }: PollEvidence): boolean {
  return asked.some(({ to, outcome }) => to === "deleted" && outcome !== "refused")
}
