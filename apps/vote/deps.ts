/** What the routes of the vote app work with. */

import type { TrustedProxies } from "@tallyroom/lib/http/address"
import type { VotedPages } from "./page-cache"
import type { Site } from "./pages/layout"
import type { VotingDeps } from "./voting"

export type Deps = VotingDeps & {
  site: Site
  votedPages: Pick<VotedPages, "page">
  trustedProxies: TrustedProxies
}
