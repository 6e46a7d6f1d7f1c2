/** The parts of a poll that can't be changed any more. */

import { type Poll, votingPhase } from "@tallyroom/lib/polls/poll"
import { ROLL, TERMS, WORDING } from "@tallyroom/lib/polls/rules"
import { isOver } from "@tallyroom/lib/polls/visibility"

export type FixedPart =
  | (typeof WORDING)[number]
  | (typeof TERMS)[number]
  | (typeof ROLL)[number]
  | "opensAt"
  | "closesAt"
export type FixedReason = keyof typeof WHY

/** Each reason as a part of a sentence about the poll. */
export const WHY = {
  scheduled: "is scheduled",
  opened: "has been opened",
  voted: "has taken votes",
  begun: "has opened already",
  over: "is closed",
} as const

/** The parts that can't be changed any more, and why. Title, labels and options may change until the poll has a vote or is closed. */
export function fixedParts(
  poll: Pick<Poll, "state" | "opensAt" | "closesAt">,
  accepted: number,
  now: number,
): Partial<Record<FixedPart, FixedReason>> {
  const voted = accepted > 0
  if (poll.state === "draft") return voted ? { ...rulesFixed("voted"), ...wordingFixed("voted") } : {}
  const toCome = isScheduled(poll, now)
  // No vote may come to mean something else.
  const whyNoWording = takesNoMoreVotes(poll, now) ? "over" : voted ? "voted" : null
  return {
    ...(whyNoWording && wordingFixed(whyNoWording)),
    ...rulesFixed(toCome ? (voted ? "voted" : "scheduled") : "opened"),
    ...(toCome && !voted && { "option ids": "scheduled" as const }),
    ...(voted ? { opensAt: "voted" } : !toCome && { opensAt: "begun" }),
    ...(takesNoMoreVotes(poll, now) && { ...fixedAll(ROLL, "over"), closesAt: "over" }),
  }
}

/** Whether the poll is closed, or its closing time has passed: the inbox refuses ballots then, even before a worker closes the poll. */
export function takesNoMoreVotes(poll: Pick<Poll, "state" | "opensAt" | "closesAt">, now: number): boolean {
  return isOver(votingPhase(poll, now))
}

/** Whether the poll will open by itself. */
export function isScheduled(poll: Pick<Poll, "state" | "opensAt" | "closesAt">, now: number): boolean {
  return votingPhase(poll, now) === "scheduled"
}

function wordingFixed(why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return fixedAll(WORDING, why)
}

function rulesFixed(why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return fixedAll(TERMS, why)
}

function fixedAll(parts: readonly FixedPart[], why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return Object.fromEntries(parts.map((part) => [part, why]))
}
