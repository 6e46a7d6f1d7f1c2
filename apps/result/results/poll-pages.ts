/** Answers with a page of a poll: what is the same for everybody is rendered once, and what one reader may see for each reader. */

import { CompressibleBody } from "@tallyroom/lib/http/compression"
import type { Viewer } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { answerPage } from "../http/answer"
import { PRIVATE, PUBLIC_FOR_A_SECOND } from "../http/cache-control"
import { SharedPages } from "../http/shared-pages"
import { type PageVisit, type Site, visitOf } from "../http/site"
import type { RankingData } from "../outcome/outcome-messages"
import type { OutcomeReads } from "../outcome/outcome-reads"
import { rankingData } from "../outcome/ranking-data"
import { type ShownTally, shownTo } from "../tally/shown-tally"

/** A page as a route makes it. Nothing but its parameters may decide how it looks. */
export type PollPage = {
  tally: Tally
  /** As whom the page shows the poll. */
  viewer: Viewer
  /** The path on the vote app where people vote. */
  ballot: string
  render: (visit: PageVisit, shown: ShownTally, ranking: RankingData | null) => string
  /** Whether the page depends on more of the request than its address and language: it is shared with nobody. */
  isPrivate?: boolean
  frameAncestors?: string
}

export class PollPages {
  constructor(
    private readonly site: Site,
    private readonly outcomes: OutcomeReads,
    private readonly shared = new SharedPages(),
  ) {}

  async answer(request: Request, page: PollPage): Promise<Response> {
    const { tally, viewer, ballot, isPrivate = false, frameAncestors } = page
    const { shown, cache } = shownTo(tally, ballot, viewer)
    const visit = visitOf(this.site, request)
    const ranking = await rankingData(this.outcomes, tally, !shown.snapshot.hidden, visit.language)
    const render = () => page.render(visit, shown, ranking)
    // A receipt stands in the page's addresses, also one that unlocks nothing.
    const isForAll = !isPrivate && cache === PUBLIC_FOR_A_SECOND && !visit.url.searchParams.has("receipt")
    const body = isForAll
      ? this.shared.page(keyOf(visit), [tally, ranking?.first ?? null], render)
      : new CompressibleBody(render())
    return answerPage(this.site, request, body, { cache: isPrivate ? PRIVATE : cache, frameAncestors })
  }
}

/** The addresses of both apps, as this reader reaches them, and the language. Theme and order stand in the address. */
function keyOf({ language, url, voteAt }: PageVisit): string {
  return [language, voteAt(""), url.href].join(" ")
}
