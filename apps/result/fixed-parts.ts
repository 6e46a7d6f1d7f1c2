/** What of a poll can't be changed any more. */

import { type Poll, votingPhase } from "@tallyroom/lib/polls"

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

/** What of a poll can't be changed any more, and why. */
export function fixedParts(
  poll: Pick<Poll, "state" | "opensAt" | "closesAt">,
  accepted: number,
  now: number,
): Partial<Record<FixedPart, FixedReason>> {
  if (poll.state === "draft") return accepted > 0 ? { ...rules("voted"), ...words("voted") } : {}
  // Past its time the inbox refuses ballots already, whether or not a worker has closed the poll yet.
  const isOver = poll.state !== "open" || (poll.closesAt !== null && poll.closesAt.getTime() <= now)
  const toCome = isScheduled(poll, now)
  return {
    ...rules(toCome ? (accepted > 0 ? "voted" : "scheduled") : "opened"),
    ...(accepted > 0 ? { opensAt: "voted" } : !toCome && { opensAt: "begun" }),
    ...(isOver && { closesAt: "over" }),
    // Nobody's vote may come to mean something else.
    ...(isOver ? words("over") : accepted > 0 && words("voted")),
  }
}

/** Whether the poll opens by itself at a moment to come. */
export function isScheduled(poll: Pick<Poll, "state" | "opensAt" | "closesAt">, now: number): boolean {
  return votingPhase(poll, now) === "scheduled"
}

function words(why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return { title: why, labels: why }
}

function rules(why: FixedReason): Partial<Record<FixedPart, FixedReason>> {
  return { policy: why, eligibility: why, "option ids": why }
}
