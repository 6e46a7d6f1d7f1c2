/** A snapshot: all that one audience sees of a poll at one moment, with a version that only grows. */

import { isDeepStrictEqual } from "node:util"
import { isOneVote } from "@tallyroom/lib/ballots/choice"
import { decideByTally, outcomeOfTally, type TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import { countOf } from "@tallyroom/lib/polls/counts"
import { type Decision, decisionOf } from "@tallyroom/lib/polls/decision"
import { type Option, type Phase, type Poll, votingPhase } from "@tallyroom/lib/polls/poll"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { composeVersion } from "./version"

export type SnapshotOption = Option & {
  votes?: number
  /** How many ballots give it 0, 1 and so on, where ballots rate; how many say yes and how many no, where they decide. */
  said?: number[]
}

export type Snapshot = {
  poll: string
  /** The number of the poll, by which it differs from a later one with the same id. */
  number: number
  title: string
  state: Poll["state"]
  phase: Phase
  results: Poll["results"]
  /** What a ballot may say; missing where each is one vote for one option. */
  ballot?: BallotMethod
  /** How it is decided; missing where it is by the most votes alone, and for rankings. */
  decision?: Decision
  /** What the poll decided when it became final; missing unless this version would decide otherwise by the counts. */
  decided?: TalliedOutcome
  version: number
  opensAt: string | null
  closesAt: string | null
  finalAt: string | null
  /** Whether no counts are shown. Then the total, the abstentions and the votes of the options are missing. */
  hidden: boolean
  /** The ballots that count, abstentions included. */
  total?: number
  /** The ballots that chose nothing; missing where none may. */
  abstained?: number
  options: SnapshotOption[]
}

/** The snapshot of a tally, with counts or without. */
export function snapshotOf(tally: Tally, full: boolean): Snapshot {
  const { poll, total, abstained, finalAt } = tally
  return {
    poll: poll.id,
    number: poll.number,
    title: poll.title,
    state: poll.state,
    phase: votingPhase(poll, tally.at.getTime()),
    results: poll.results,
    ...ballotIn(poll),
    ...decisionIn(poll),
    ...(full && decidedOtherwise(tally)),
    version: versionOf(tally, full),
    opensAt: poll.opensAt?.toISOString() ?? null,
    closesAt: poll.closesAt?.toISOString() ?? null,
    finalAt: finalAt?.toISOString() ?? null,
    hidden: !full,
    ...(full && { total, ...(poll.ballot.abstain && { abstained }) }),
    options: poll.options.map((option) => (full ? { ...option, ...countsOf(tally, option.id) } : option)),
  }
}

/** Pages decide by the counts. So a stored outcome goes with them only where it differs, and equal versions stay equal. */
function decidedOtherwise(tally: Tally): { decided?: TalliedOutcome } {
  if (tally.stored === undefined) return {}
  const kept = outcomeOfTally(tally)
  return kept?.isStored && !isDeepStrictEqual(kept.outcome, decideByTally(tally))
    ? { decided: kept.outcome }
    : {}
}

function countsOf({ poll: { ballot }, votes, said }: Tally, id: string): { votes: number; said?: number[] } {
  const counts = said?.[id]
  return {
    votes: countOf(votes, id),
    ...(counts && { said: whatIsSaid(ballot).map((it) => countOf(counts, it)) }),
  }
}

/** What a ballot may say of an option, in the order in which snapshots count it; nothing where it just names options. */
export function whatIsSaid(ballot: BallotMethod): string[] {
  if (ballot.method === "decide") return ["yes", "no"]
  return ballot.method === "rate"
    ? Array.from({ length: ballot.highest + 1 }, (_, rating) => `${rating}`)
    : []
}

/** The ballot's method, where it is not what it was before there were methods. */
export function ballotIn({ ballot }: Pick<Poll, "ballot">): { ballot?: BallotMethod } {
  return isOneVote({ ballot }) ? {} : { ballot }
}

/** How the poll is decided, where that is not by the most votes alone. What whole ballots decide comes by itself. */
export function decisionIn(poll: Pick<Poll, "ballot" | "decision">): { decision?: Decision } {
  const { method } = poll.ballot
  if (method === "rank" || (method === "choose" && poll.decision === null)) return {}
  return { decision: decisionOf(poll) }
}

/** The version of the snapshot that `snapshotOf` returns. */
export function versionOf(tally: Tally, full: boolean): number {
  const { revision } = tally.poll
  const changes = full ? tally.version - revision : 0
  return composeVersion({ revision, changes, step: scheduleStep(tally), full })
}

/** How many of the poll's scheduled moments have passed: 0 to 2. */
function scheduleStep({ poll, at }: Tally): number {
  return [poll.opensAt, poll.closesAt].filter((moment) => moment && moment <= at).length
}

/** Milliseconds from the moment of the tally to the next scheduled moment; null when there is none. */
export function untilNextStep({ poll, at }: Tally): number | null {
  const waits = [poll.opensAt, poll.closesAt].flatMap((moment) =>
    moment && moment > at ? [moment.getTime() - at.getTime()] : [],
  )
  return waits.length > 0 ? Math.min(...waits) : null
}
