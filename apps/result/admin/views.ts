/** The data that each page of the control room shows. It is plain data, so that it can be sent to the browser. */

import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import type { Decision } from "@tallyroom/lib/polls/decision"
import type { FixedPart, FixedReason } from "../polls/fixed-parts"
import type { Snapshot } from "../tally/snapshot"
import type { PollDraft } from "./edit/draft"
import type { Health } from "./health/health"
import type { Books } from "./poll/books-balance"

/** A poll as it is shown in the list and at the top of its page. Moments are ISO texts. */
export type PollSummary = {
  id: string
  title: string
  phase: Snapshot["phase"]
  /** In which order ballots show the options. */
  order: "as-written" | "random"
  policy: "final" | "changeable"
  results: Snapshot["results"]
  eligibility: "browser" | "code" | "network"
  /** What a ballot may say; missing where each is one vote for one option. */
  ballot?: BallotMethod
  /** How it is decided, where that is not by the most votes alone. */
  decision?: Decision
  opensAt: string | null
  closesAt: string | null
  closedAt: string | null
  finalAt: string | null
  /** Paused or closed, while some shard may still take votes. */
  stopping: boolean
  isDefault: boolean
  archived: boolean
  deleting: boolean
  total: number
}

/** For how many seconds a close can be undone: in all, and from when the page was served; null unless the poll is closed. */
export type Undo = { seconds: number; left: number | null }

type CodeCounts = { made: number; used: number }

/** A message about what was just done, or could not be done. */
export type Notice = { kind: "good" | "bad"; text: string }

export type SignInView = { page: "sign-in"; next: string; error: string | null }
/** Which of the polls a page of the list shows. */
export type ListPart = {
  archived: boolean
  /** The text that was searched for; empty for all polls. */
  search: string
  /** Whether the page lets the admin change the order. */
  ordering: boolean
  /** From 1. */
  page: number
  /** The places of the first and the last poll on this page, from 1, and how many polls were found. */
  from: number
  to: number
  count: number
  /** How many polls there are without the search. */
  listedCount: number
  hasNext: boolean
}
export type ListView = {
  page: "list"
  polls: PollSummary[]
  part: ListPart
  archivedCount: number
  notice: Notice | null
}
export type PollView = {
  page: "poll"
  poll: PollSummary
  snapshot: Snapshot
  books: Books
  undo: Undo
  codes: CodeCounts | null
  /** Addresses with scheme and host. */
  links: { ballot: string; results: string; stage: string }
  /** `sites` are those that may show the ballot. */
  embeds: { results: string; ballot: string; sites: string[] }
  notice: Notice | null
}
export type EditView = {
  page: "edit"
  /** Null for a new poll. */
  id: string | null
  draft: PollDraft
  /** The times of the stored poll, as those of the draft may have been refused. */
  saved: Pick<PollDraft, "opensAt" | "closesAt">
  /** The fingerprints of the poll when the form was served (concurrent-edits.ts). */
  served: string
  /** How many codes were made; null for a new poll. */
  codesMade: number | null
  /** Whether the poll will open by itself. */
  scheduled: boolean
  fixed: Partial<Record<FixedPart, FixedReason>>
  /** What is wrong with each field, by its name. */
  errors: Record<string, string>
  notice: Notice | null
}
export type DuplicateView = {
  page: "duplicate"
  id: string
  newId: string
  title: string
  /** What is wrong with each field, by its name. */
  errors: Record<string, string>
}
export type DeleteView = { page: "delete"; poll: PollSummary; error: string | null }
export type CodesView = {
  page: "codes"
  poll: PollSummary
  codes: CodeCounts
  /** The codes that were just made, by their number from 1. */
  made: { from: number; count: number } | null
  /** The content of the field for the number of codes, and what is wrong with it. */
  wanted: string
  error: string | null
  notice: Notice | null
}
export type HealthView = { page: "health"; health: Health }

export type AdminView =
  | SignInView
  | ListView
  | PollView
  | EditView
  | DuplicateView
  | DeleteView
  | CodesView
  | HealthView
