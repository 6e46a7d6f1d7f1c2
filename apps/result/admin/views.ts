/** What each page of the control room shows: plain data, so that the browser gets it as the server had it. */

import type { FixedPart, FixedReason } from "../polls/fixed-parts"
import type { Snapshot } from "../tally/snapshot"
import type { PollDraft } from "./edit/draft"
import type { Health } from "./health/health"
import type { Books } from "./poll/books-balance"

/** A poll as the control room lists and heads it; moments are ISO texts. */
export type PollSummary = {
  id: string
  title: string
  phase: Snapshot["phase"]
  policy: "final" | "changeable"
  results: Snapshot["results"]
  eligibility: "browser" | "code" | "network"
  opensAt: string | null
  closesAt: string | null
  finalAt: string | null
  isDefault: boolean
  archived: boolean
  deleting: boolean
  total: number
}

/** How long a close can be undone, in seconds: in all, and of this poll's as it was served; null unless it is closed. */
export type Undo = { seconds: number; left: number | null }

type CodeCounts = { made: number; used: number }

/** One sentence about what just happened, or did not. */
export type Notice = { kind: "good" | "bad"; text: string }

export type SignInView = { page: "sign-in"; next: string; error: string | null }
/** Which of all polls a page of the list shows. */
export type ListPart = {
  archived: boolean
  /** What was looked for; empty for all. */
  search: string
  /** Whether the rows are to be put in order. */
  ordering: boolean
  /** From 1. */
  page: number
  /** The places of the first and the last one shown, from 1, and how many were found. */
  from: number
  to: number
  count: number
  /** How many there would be without a search. */
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
  /** Whole addresses. */
  links: { ballot: string; results: string; stage: string }
  embeds: { results: string; ballot: string }
  notice: Notice | null
}
export type EditView = {
  page: "edit"
  /** Null for a new poll. */
  id: string | null
  draft: PollDraft
  /** The times that the stored poll has: those of the draft may have been refused. */
  saved: Pick<PollDraft, "opensAt" | "closesAt">
  /** What of the poll the form was served with (meanwhile.ts). */
  served: string
  /** The poll opens by itself at a moment to come. */
  scheduled: boolean
  fixed: Partial<Record<FixedPart, FixedReason>>
  /** By the name of the field, what is wrong with it. */
  errors: Record<string, string>
  notice: Notice | null
}
export type DuplicateView = {
  page: "duplicate"
  id: string
  newId: string
  title: string
  /** By the name of the field, what is wrong with it. */
  errors: Record<string, string>
}
export type DeleteView = { page: "delete"; poll: PollSummary; error: string | null }
export type CodesView = {
  page: "codes"
  poll: PollSummary
  codes: CodeCounts
  /** The codes just made, by their place from 1. */
  made: { from: number; count: number } | null
  /** What the field for their number holds, and what is wrong with it. */
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
