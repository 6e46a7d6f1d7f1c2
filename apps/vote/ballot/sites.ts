/** The pages for each host by which people come, as their links must lead to addresses that work from there. */

import { BoundedMap } from "@tallyroom/lib/bounded-map"
import { isOwnMachine, reachableFrom } from "@tallyroom/lib/http/reachable"
import { BallotPages, VotedPages } from "./page-cache"
import type { BallotSite } from "./site"

export type HostPages = { site: BallotSite; ballotPages: BallotPages; votedPages: VotedPages }

/** A laptop is reached by few names. Made-up names push out the host that was used longest ago. */
const MOST_HOSTS = 16
const BY_THIS_MACHINE = /^https?:\/\/(localhost|127\.0\.0\.1)[:/]/

export class Sites {
  private readonly own: HostPages
  private readonly byAddress = new BoundedMap<string, HostPages>(MOST_HOSTS)
  /** The address of the result app works for everybody, so that it is the same for every host. */
  private readonly fixed: boolean

  constructor(private readonly site: BallotSite) {
    this.own = pagesOf(site)
    this.fixed = !isOwnMachine(site.resultUrl)
  }

  for(request: Request): HostPages {
    if (this.fixed || BY_THIS_MACHINE.test(request.url)) return this.own
    const resultUrl = reachableFrom(request, this.site.resultUrl).replace(/\/$/, "")
    const pages = this.byAddress.get(resultUrl) ?? pagesOf({ ...this.site, resultUrl })
    this.byAddress.set(resultUrl, pages)
    return pages
  }
}

function pagesOf(site: BallotSite): HostPages {
  return { site, ballotPages: new BallotPages(site), votedPages: new VotedPages(site) }
}
