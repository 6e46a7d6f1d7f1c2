/** Rendering a page costs more than taking a vote, so that a rendered page is shared for a moment. */

import { nameOf } from "@tallyroom/lib/ballots/choice"
import { CompressibleBody } from "@tallyroom/lib/http/compression"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { OwnVote } from "../casting/cast-ballot"
import { BY_COOKIE } from "../casting/form-answers"
import { type BallotPage, ballotPage } from "./ballot-page"
import type { BallotSite } from "./site"

/**
 * A rendered page has this in the place of the receipt. It is as long as a receipt, and no text of a poll can contain it, as
 * it has control characters.
 */
const RECEIPT = "receipt".padStart(54, "\u007f")
/** How old the clock and the tally of a page may be. The page itself asks for newer ones. */
const FRESH_MS = 250
/** Where a ballot chooses several of many options, hardly two of them are equal. */
const MOST_TEMPLATES = 256

type VotedPage = BallotPage & { standing: OwnVote }
/** @property at when it was rendered, by `performance.now()` */
type Kept = { at: number; body: CompressibleBody }

/** A page as bytes, and the places of the receipt in them. */
type Template = { at: number; bytes: Buffer<ArrayBuffer>; places: number[] }

/** Pages for people who have voted. They are kept as long as the cached poll itself: about a second. */
export class VotedPages {
  private readonly templates = new WeakMap<Poll, Map<string, Template>>()

  constructor(private readonly site: BallotSite) {}

  /** The page for a voter's own vote. A receipt is base64url, which needs no escaping in HTML and JSON. */
  page(page: VotedPage): Buffer<ArrayBuffer> {
    const { places, bytes } = this.template(page)
    const copy = Buffer.from(bytes)
    for (const place of places) copy.write(page.standing.receipt, place, "latin1")
    return copy
  }

  private template(page: VotedPage): Template {
    const { poll, standing, answer } = page
    const now = performance.now()
    const templates = this.templates.get(poll) ?? new Map<string, Template>()
    this.templates.set(poll, templates)
    const key = `${standing.status} ${nameOf(standing)} ${keyOf(page)}`
    const held = templates.get(key)
    if (held && now - held.at < FRESH_MS) return held
    const html = ballotPage(this.site, { ...page, standing: { ...standing, receipt: RECEIPT } })
    const template = { at: now, ...withPlaces(html) }
    // An answer that an address carries is shown once, so that its page need not be kept.
    if (answer === undefined || answer === BY_COOKIE) {
      if (templates.size >= MOST_TEMPLATES) templates.clear()
      templates.set(key, template)
    }
    return template
  }
}

function withPlaces(html: string): Omit<Template, "at"> {
  const bytes = Buffer.from(html)
  const places: number[] = []
  for (let at = bytes.indexOf(RECEIPT); at >= 0; at = bytes.indexOf(RECEIPT, at + 1)) places.push(at)
  return { bytes, places }
}

/** The page for everybody who comes without a code and has not voted. */
export class BallotPages {
  private readonly kept = new WeakMap<Poll, Map<string, Kept>>()

  constructor(private readonly site: BallotSite) {}

  page(page: BallotPage): CompressibleBody {
    const { poll } = page
    const now = performance.now()
    const pages = this.kept.get(poll) ?? new Map<string, Kept>()
    this.kept.set(poll, pages)
    const key = keyOf(page)
    const held = pages.get(key)
    if (held && now - held.at < FRESH_MS) return held.body
    const body = new CompressibleBody(ballotPage(this.site, page))
    pages.set(key, { at: now, body })
    return body
  }
}

function keyOf(page: BallotPage): string {
  const { language, embedded, atStart, theme, counts, choosing, cookieless, answer } = page
  return [language, embedded, atStart, theme, counts?.version, choosing, cookieless, answer].join(" ")
}
