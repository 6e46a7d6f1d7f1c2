/** Rendering a page costs more than taking a vote, so a page is rendered once for each poll and outcome. */

import type { Poll } from "@tallyroom/lib/polls"
import type { Outcome } from "./cast"
import type { Site } from "./pages/layout"
import { votedPage } from "./pages/voted-page"

/** Stands in a rendered page where the receipt comes; no poll's text can hold it, as it has a control character. */
const RECEIPT = "\u0001receipt\u0001"

/** Pages of a poll live as long as the cached poll itself: a second or so. */
export class VotedPages {
  private readonly parts = new WeakMap<Poll, Map<string, string[]>>()

  constructor(private readonly site: Site) {}

  /** The page for an outcome of a vote in this poll. Receipts are base64url, so they stand in HTML as they are. */
  page(poll: Poll, outcome: Outcome): string {
    const pages = this.parts.get(poll) ?? new Map<string, string[]>()
    this.parts.set(poll, pages)
    const key = `${outcome.status} ${outcome.option}`
    const parts =
      pages.get(key) ?? votedPage(this.site, poll, { ...outcome, receipt: RECEIPT }).split(RECEIPT)
    pages.set(key, parts)
    return parts.join(outcome.receipt)
  }
}
