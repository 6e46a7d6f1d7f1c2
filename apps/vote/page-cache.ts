/** Rendering a page costs more than taking a vote, so each is rendered once for a moment, and shared. */

import { CompressibleBody } from "@tallyroom/lib/http/compression"
import type { Poll } from "@tallyroom/lib/polls"
import type { Language } from "@tallyroom/lib/ui/language"
import type { Outcome } from "./cast"
import { type BallotPage, ballotPage } from "./pages/ballot-page"
import type { Site } from "./pages/site"

/**
 * Stands in a rendered page where the receipt comes, and is as long as one; no poll's text can hold it, as it has
 * control characters.
 */
const RECEIPT = "receipt".padStart(54, "\u007f")
/** How old the clock and the tally of a page may be; who watches on asks again. */
const FRESH_MS = 250

type View = { language: Language; embedded: boolean }
type Kept = { at: number; body: CompressibleBody }

/** A page as bytes, and where in them the receipt stands. */
type Template = { bytes: Buffer<ArrayBuffer>; places: number[] }

/** Pages of a poll live as long as the cached poll itself: a second or so. */
export class VotedPages {
  private readonly templates = new WeakMap<Poll, Map<string, Template>>()

  constructor(private readonly site: Site) {}

  /** The page for an outcome of a vote in this poll. Receipts are base64url, so they stand in HTML as they are. */
  page(poll: Poll, { status, option, receipt }: Outcome, view: View): Buffer<ArrayBuffer> {
    const pages = this.templates.get(poll) ?? new Map<string, Template>()
    this.templates.set(poll, pages)
    const key = `${status} ${option} ${view.language} ${view.embedded}`
    const standing = { status, option, receipt: RECEIPT }
    const template =
      pages.get(key) ?? templateOf(ballotPage(this.site, { poll, ...view, now: Date.now(), standing }))
    pages.set(key, template)
    const page = Buffer.from(template.bytes)
    for (const place of template.places) page.write(receipt, place, "latin1")
    return page
  }
}

function templateOf(html: string): Template {
  const bytes = Buffer.from(html)
  const places: number[] = []
  for (let at = bytes.indexOf(RECEIPT); at >= 0; at = bytes.indexOf(RECEIPT, at + 1)) places.push(at)
  return { bytes, places }
}

/** The ballot as everybody gets it who comes without a code. */
export class BallotPages {
  private readonly kept = new WeakMap<Poll, Map<string, Kept>>()

  constructor(private readonly site: Site) {}

  page(page: BallotPage): CompressibleBody {
    const { poll, now } = page
    const pages = this.kept.get(poll) ?? new Map<string, Kept>()
    this.kept.set(poll, pages)
    const key = `${page.language} ${page.embedded} ${page.theme} ${page.counts?.version}`
    const held = pages.get(key)
    if (held && now - held.at < FRESH_MS) return held.body
    const body = new CompressibleBody(ballotPage(this.site, page))
    pages.set(key, { at: now, body })
    return body
  }
}
