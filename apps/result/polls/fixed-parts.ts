/** What of a poll can't be changed any more. */

import { type Poll, votingPhase } from "@tallyroom/lib/polls/poll"
import { isOver } from "@tallyroom/lib/polls/visibility"

export type FixedPart = "title" | "labels" | "policy" | "eligibility" | "option ids" | "opensAt" | "closesAt"
export type FixedReason = keyof typeof WHY

/** As a part of a sentence about the poll. */
export const WHY = {
  scheduled: "is scheduled",
  opened: "has been opened",
  voted: "has taken votes",
  begun: "has opened already",
  over: "is closed",
} as const

/** What of a poll can't be changed any more, and why. Without a vote its words and options are mended until it closes. */
export function fixedParts(
  poll: Pick<Poll, "state" | "opensAt" | "closesAt">,
  accepted: number,
  now: number,
): Partial<Record<FixedPart, FixedReason>> {
  const voted = accepted > 0
  if (poll.state === "draft") return voted ? { ...rulesFixed("voted"), ...wordingFixed("voted") } : {}
  const toCome = isScheduled(poll, now)
  // Nobody's vote may come to mean something else.
  const whyNoWording = takesNoMoreVotes(poll, now) ? "over" : voted ? "voted" : null
  return {
    ...(whyNoWording && wordingFixed(whyNoWording)),
    ...rulesFixed(toCome ? (voted ? "voted" : "scheduled") : "opened"),
    ...(toCome && !voted && { "option ids": "scheduled" as const }),
    ...(voted ? { opensAt: "voted" } : !toCome && { opensAt: "begun" }),
    ...(takesNoMoreVotes(poll, now) && { closesAt: "over" }),
  }
}

/** Past its time the inbox refuses ballots already, whether or not a worker has closed the poll yet. */
export function takesNoMoreVotes(poll: Pick<Poll, "state" | "opensAt" | "closesAt">, now: number): boolean {
  return isOver(votingPhase(poll, now))
}

/** Whether the poll opens by itself at a moment to come. */
export function isScheduled(poll: Pick<Poll, "state" | "opensAt" | "closesAt">, now: number): boolean {
  return votingPhase(poll, now) === "scheduled"
}

function wordingFixed(why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return { title: why, labels: why, "option ids": why }
}

function rulesFixed(why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return { policy: why, eligibility: why }
}
