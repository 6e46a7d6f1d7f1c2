/** How numbers and phases are put into words: the same on the server and in the browser. */

import type { Snapshot } from "../snapshot"

export function countText(votes: number | undefined): string {
  return votes === undefined ? "–" : votes.toLocaleString("en")
}

/** A share as a percentage with one decimal. */
export function shareText(votes: number | undefined, total: number | undefined): string {
  return votes === undefined || !total ? "" : `${((100 * votes) / total).toFixed(1)}%`
}

/** The width of a bar. */
export function shareWidth(votes: number | undefined, total: number | undefined): string {
  return votes === undefined || !total ? "0%" : `${((100 * votes) / total).toFixed(2)}%`
}

export function totalText({ total, hidden, results }: Snapshot): string {
  if (hidden) return HIDDEN[results]
  return total === 1 ? "1 vote" : `${countText(total)} votes`
}

const HIDDEN: Record<Snapshot["results"], string> = {
  live: "",
  "after-vote": "The counts are shown to those who have voted.",
  "after-close": "The counts are shown once the poll is closed.",
}

export function phaseText({ phase, opensAt, closesAt }: Snapshot): string {
  if (phase === "scheduled") return `Voting opens ${moment(opensAt)}.`
  if (phase === "open") return closesAt ? `Voting is open until ${moment(closesAt)}.` : "Voting is open."
  return phase === "draft"
    ? "A draft."
    : phase === "closed"
      ? "Closed. The last votes are being counted."
      : "Final."
}

function moment(iso: string | null): string {
  return iso ? new Date(iso).toUTCString() : "later"
}
