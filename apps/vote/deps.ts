/** What the routes of the vote app work with. */

import type { TrustedProxies } from "@tallyroom/lib/http/address"
import type { Sites } from "./ballot/sites"
import type { FormAnswers } from "./casting/form-answers"
import type { VotingDeps } from "./casting/voting"
import type { PageHeaders } from "./http/page-headers"
import type { Tallies } from "./polls/tallies"

export type Deps = VotingDeps & {
  sites: Pick<Sites, "for">
  headers: Pick<PageHeaders, "page">
  answers: Pick<FormAnswers, "setCookie" | "inAddress" | "read">
  tallies: Pick<Tallies, "read">
  trustedProxies: TrustedProxies
}
