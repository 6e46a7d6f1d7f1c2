/** The data that a ballot page shows: the server renders it, and the browser makes it live from the same data. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import type { Phase, Poll } from "@tallyroom/lib/polls/poll"
import { isOver, showsCounts } from "@tallyroom/lib/polls/visibility"
import type { Section } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { OwnVote } from "../../casting/cast-ballot"
import type { FormRefusal } from "../../casting/form-answers"
import type { Counts } from "../../polls/tallies"
import type { ballotMessages } from "../ballot-messages"

/** `rule` says what a ballot of the poll may say (messages-for.ts). */
export type BallotKey = keyof typeof ballotMessages.en | "rule"

/** What voters may know of a poll. */
export type PollFacts = Pick<
  Poll,
  "id" | "title" | "options" | "ballot" | "policy" | "results" | "eligibility"
> & {
  phase: Phase
  /** Ratings are compared by their sum, to which an option that a ballot does not rate adds nothing; else by their mean. */
  sums?: boolean
  /** With a random order, the ids of the options, whatever their order. */
  mixed?: readonly string[]
  /** The same ids in the order of this voter. */
  shown?: readonly string[]
  /** Grows with every change of the poll itself. */
  revision: number
  /** The version of the wording. A ballot names the one that its voter read. */
  words: number
  /** Whether a choice is confirmed before it is cast. */
  confirm: boolean
  opensAt: string | null
  closesAt: string | null
}

/** The heading of the page after a vote. A ballot that is received may still turn out to be late. */
const STANDING_HEADINGS = {
  accepted: "voted",
  received: "received",
  same: "votedSame",
  stands: "votedStands",
  changed: "votedChanged",
} as const satisfies Record<OwnVote["status"], BallotKey>

export function headingOf(poll: Pick<PollFacts, "eligibility">, standing: OwnVote): BallotKey {
  return isUsedCode(poll, standing) ? "codeUsed" : STANDING_HEADINGS[standing.status]
}

/** Whether the code was used before, perhaps by somebody else. */
export function isUsedCode({ eligibility }: Pick<PollFacts, "eligibility">, { status }: OwnVote): boolean {
  return eligibility === "code" && (status === "same" || status === "stands")
}

/** Why a vote was not taken: the key of a message that says what to do. */
export type Refusal = Extract<BallotKey, FormRefusal | "networkStands" | "votedChanged" | "reworded">

export type BallotData = {
  language: Language
  messages: Section<BallotKey>
  poll: PollFacts
  /** Tells the poll from a later one with the same id, for what a browser remembers. */
  pollNumber: number
  /** The server's time when it rendered the page, in ms. */
  now: number
  /** Address of the result app, without a slash at its end. */
  resultUrl: string
  /** In a frame of another site. */
  embedded: boolean
  /** On the start page, the address of the script that leads on to another poll; elsewhere null. */
  follow: string | null
  /** The code in the address of a printed card, or as it was typed. */
  code: string
  refusal: Refusal | null
  /** What was filled in on the ballot that was refused. */
  draft?: Choice | undefined
  /** The voter's own vote, if the server knows it. */
  standing: OwnVote | null
  /** The vote that stands while the voter chooses anew. */
  before: OwnVote | null
  counts: Counts | null
  /** The browser seems to keep no cookies: it did not send back those that it was given. */
  cookieless?: true
}

/**
 * Whether the page shows this voter counts beside the poll: once it is over, and before that to those who have voted. What rankings
 * come to is told by the results alone.
 */
export function hasCounts(
  { results, phase, ballot }: Pick<PollFacts, "results" | "phase" | "ballot">,
  hasVoted: boolean,
): boolean {
  const isTime = isOver(phase) || (hasVoted && (phase === "open" || phase === "paused"))
  return isTime && ballot.method !== "rank" && showsCounts(results, phase, hasVoted)
}
