/** All that a ballot page shows, the same for the server that renders it and the browser that makes it live. */

import type { Phase, Poll } from "@tallyroom/lib/polls/poll"
import { isOver, showsCounts } from "@tallyroom/lib/polls/visibility"
import type { Section } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { OwnVote } from "../../casting/cast-ballot"
import type { FormRefusal } from "../../casting/form-answers"
import type { Counts } from "../../polls/tallies"
import type { ballotMessages } from "../ballot-messages"

export type BallotKey = keyof typeof ballotMessages.en

/** What voters may know of a poll; a draft has no title and no options. */
export type PollFacts = Pick<Poll, "id" | "title" | "options" | "policy" | "results" | "eligibility"> & {
  phase: Phase
  /** Grows with every change of the poll itself. */
  revision: number
  /** A ballot says with it what its voter read. */
  words: number
  /** Whether a choice is confirmed before it is cast. */
  confirm: boolean
  opensAt: string | null
  closesAt: string | null
}

/** What a page says of it first. A ballot that is received may still turn out late. */
const STANDING_HEADINGS = {
  accepted: "voted",
  received: "received",
  same: "votedSame",
  stands: "votedStands",
} as const satisfies Record<OwnVote["status"], BallotKey>

export function headingOf(poll: Pick<PollFacts, "eligibility">, standing: OwnVote): BallotKey {
  return isUsedCode(poll, standing) ? "codeUsed" : STANDING_HEADINGS[standing.status]
}

/** Whether a code was used before: perhaps by somebody else than who typed it now. */
export function isUsedCode({ eligibility }: Pick<PollFacts, "eligibility">, { status }: OwnVote): boolean {
  return eligibility === "code" && (status === "same" || status === "stands")
}

/** Why a vote was not taken, as a message that says what to do. */
export type Refusal = Extract<BallotKey, FormRefusal | "networkStands">

export type BallotData = {
  language: Language
  messages: Section<BallotKey>
  poll: PollFacts
  /** Tells the poll from a later one with the same id, for what a browser remembers. */
  pollNumber: number
  /** The server's clock when it made the page, in ms. */
  now: number
  /** Address of the result app, without a slash at its end. */
  resultUrl: string
  /** In a frame of another site. */
  embedded: boolean
  /** On the start page, which shows the default poll: address of the script that leads to another one. */
  follow: string | null
  /** From the address of a printed code, or as it was typed. */
  code: string
  refusal: Refusal | null
  /** What stands of this voter, where the server knows. */
  standing: OwnVote | null
  /** What stands while the voter chooses anew. */
  before: OwnVote | null
  counts: Counts | null
  /** The browser seems to keep no cookies: what it was given did not come back. */
  cookieless?: true
}

/** Whether the page shows this voter counts beside the poll: once it is over, and before that to those who have voted. */
export function hasCounts(
  { results, phase }: Pick<PollFacts, "results" | "phase">,
  hasVoted: boolean,
): boolean {
  const isTime = isOver(phase) || (hasVoted && (phase === "open" || phase === "paused"))
  return isTime && showsCounts(results, phase, hasVoted)
}
