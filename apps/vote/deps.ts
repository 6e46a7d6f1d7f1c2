/** What the routes of the vote app work with. */

import type { TrustedProxies } from "@tallyroom/lib/http/address"
import type { BallotPages, VotedPages } from "./page-cache"
import type { PageHeaders } from "./page-headers"
import type { Site } from "./pages/site"
import type { Tallies } from "./tallies"
import type { VotingDeps } from "./voting"

export type Deps = VotingDeps & {
  site: Site
  headers: Pick<PageHeaders, "page">
  ballotPages: Pick<BallotPages, "page">
  votedPages: Pick<VotedPages, "page">
  tallies: Pick<Tallies, "read">
  trustedProxies: TrustedProxies
}
