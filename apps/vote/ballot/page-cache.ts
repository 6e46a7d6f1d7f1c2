/** Rendering a page costs more than taking a vote, so that a rendered page is shared for a moment. */

import { nameOf } from "@tallyroom/lib/ballots/choice"
import { CompressibleBody } from "@tallyroom/lib/http/compression"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { OwnVote } from "../casting/cast-ballot"
import { BY_COOKIE } from "../casting/form-answers"
import { type BallotPage, ballotPage } from "./ballot-page"
import { ShuffledPage, SOME_ORDER } from "./shuffled-page"
import type { BallotSite } from "./site"

/** A rendered page has this in the place of the receipt. No text of a poll can contain it, as it has a control character. */
const RECEIPT = "\u007freceipt"
/** How old the clock and the tally of a page may be. The page itself asks for newer ones. */
const FRESH_MS = 250
/** Where a ballot chooses several of many options, hardly two of them are equal. */
const MOST_TEMPLATES = 256
/** So many options have 120 orders. Of more options hardly two voters see the same one, so that no page is kept for others. */
const MOST_SHARED = 5

type VotedPage = BallotPage & { standing: OwnVote }
/** @property at when it was rendered, by `performance.now()` */
type Kept = { at: number; bodyFor: (page: BallotPage) => CompressibleBody }
type Template = { at: number; fill: (page: VotedPage) => string }

/** Pages for people who have voted. They are kept as long as the cached poll itself: about a second. */
export class VotedPages {
  private readonly templates = new WeakMap<Poll, Map<string, Template>>()

  constructor(private readonly site: BallotSite) {}

  /** The page for a voter's own vote. A receipt is base64url, which needs no escaping in HTML and JSON. */
  page(page: VotedPage): string {
    return this.template(page).fill(page)
  }

  private template(page: VotedPage): Template {
    const { poll, standing, answer } = page
    const now = performance.now()
    const templates = this.templates.get(poll) ?? new Map<string, Template>()
    this.templates.set(poll, templates)
    const key = `${standing.status} ${nameOf(standing)} ${keyOf(page)}`
    const held = templates.get(key)
    if (held && now - held.at < FRESH_MS) return held
    const template = { at: now, fill: this.render({ ...page, standing: { ...standing, receipt: RECEIPT } }) }
    // An answer that an address carries is shown once, so that its page need not be kept.
    if (answer === undefined || answer === BY_COOKIE) {
      if (templates.size >= MOST_TEMPLATES) templates.clear()
      templates.set(key, template)
    }
    return template
  }

  private render(page: VotedPage): Template["fill"] {
    if (page.shown === undefined) return withReceipts(ballotPage(this.site, page))
    const shuffled = shuffledPage(this.site, page)
    return ({ shown = [], standing }) => shuffled.in(shown).replaceAll(RECEIPT, standing.receipt)
  }
}

/** Divides the page once: to look for the places of the receipt again for each voter would take half as long again. */
function withReceipts(html: string): Template["fill"] {
  const parts = html.split(RECEIPT)
  return ({ standing }) => parts.join(standing.receipt)
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
    if (held && now - held.at < FRESH_MS) return held.bodyFor(page)
    const bodyFor = this.render(page)
    pages.set(key, { at: now, bodyFor })
    return bodyFor(page)
  }

  private render(page: BallotPage): Kept["bodyFor"] {
    if (page.shown === undefined) {
      const body = new CompressibleBody(ballotPage(this.site, page))
      return () => body
    }
    const shuffled = shuffledPage(this.site, page)
    if (page.poll.options.length > MOST_SHARED)
      return ({ shown = [] }) => new CompressibleBody(shuffled.in(shown), "quick")
    const bodies = new Map<string, CompressibleBody>()
    return ({ shown = [] }) => {
      const order = shown.join(" ")
      const body = bodies.get(order) ?? new CompressibleBody(shuffled.in(shown))
      bodies.set(order, body)
      return body
    }
  }
}

function shuffledPage(site: BallotSite, page: BallotPage): ShuffledPage {
  return new ShuffledPage(ballotPage(site, { ...page, shown: SOME_ORDER }), page.poll.options)
}

function keyOf(page: BallotPage): string {
  const { language, embedded, atStart, theme, counts, choosing, cookieless, answer } = page
  return [language, embedded, atStart, theme, counts?.version, choosing, cookieless, answer].join(" ")
}
