/** What the routes of the vote app work with. */

import type { TrustedProxies } from "@tallyroom/lib/http/address"
import type { FormAnswers } from "./form-answers"
import type { PageHeaders } from "./page-headers"
import type { Sites } from "./sites"
import type { Tallies } from "./tallies"
import type { VotingDeps } from "./voting"

export type Deps = VotingDeps & {
  sites: Pick<Sites, "for">
  headers: Pick<PageHeaders, "page">
  answers: Pick<FormAnswers, "setCookie" | "inAddress" | "read">
  tallies: Pick<Tallies, "read">
  trustedProxies: TrustedProxies
}
