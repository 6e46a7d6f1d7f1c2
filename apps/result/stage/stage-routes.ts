/** The stage: the results of a poll on a big screen. */

import { shortPath } from "@tallyroom/lib/http/page-address"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { Elysia } from "elysia"
import type { AdminAccess } from "../access/admin-access"
import { requirePoll } from "../access/audience"
import { viewerOf } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { answerPage } from "../http/answer"
import { PRIVATE } from "../http/cache-control"
import { canonicalAddress } from "../http/canonical-address"
import { type Site, visitOf } from "../http/site"
import type { OutcomeReads } from "../outcome/outcome-reads"
import { rankingData } from "../outcome/ranking-data"
import { stageDetail } from "../results/results-openapi"
import { shownTo } from "../tally/shown-tally"
import { stagePage } from "./stage-page"

export type StageOptions = {
  access: AdminAccess
  tallies: SharedReads<Tally>
  outcomes: OutcomeReads
  site: Site
}

export function stageRoutes({ access, tallies, outcomes, site }: StageOptions) {
  return new Elysia({ name: "stage" }).get(
    "/polls/:poll/stage",
    async ({ request, server, params }) => {
      const viewer = viewerOf(access, request, server)
      const tally = requirePoll(params.poll, await tallies.read(params.poll), viewer)
      // The audience sees the screen, so it never shows what only admins may see.
      const { shown, cache } = shownTo(tally, shortPath(tally.poll), { ...viewer, admin: false })
      const visit = visitOf(site, request)
      const ranking = await rankingData(outcomes, tally, !shown.snapshot.hidden, visit.language)
      return answerPage(site, request, stagePage(visit, shown, ranking), {
        cache: viewer.admin ? PRIVATE : cache,
      })
    },
    { ...canonicalAddress, detail: stageDetail },
  )
}
