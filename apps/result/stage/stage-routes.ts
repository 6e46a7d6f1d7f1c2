/** The stage: the results of a poll on a big screen. */

import { shortPath } from "@tallyroom/lib/http/page-address"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { Elysia } from "elysia"
import type { AdminAccess } from "../access/admin-access"
import { requirePoll } from "../access/audience"
import { viewerOf } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { canonicalAddress } from "../http/canonical-address"
import type { PollPages } from "../results/poll-pages"
import { stageDetail } from "../results/results-openapi"
import { stagePage } from "./stage-page"

export type StageOptions = {
  access: AdminAccess
  tallies: SharedReads<Tally>
  pages: PollPages
}

export function stageRoutes({ access, tallies, pages }: StageOptions) {
  return new Elysia({ name: "stage" }).get(
    "/polls/:poll/stage",
    async ({ request, server, params }) => {
      const viewer = viewerOf(access, request, server)
      const tally = requirePoll(params.poll, await tallies.read(params.poll), viewer)
      return pages.answer(request, {
        tally,
        // The audience sees the screen, so it never shows what only admins may see.
        viewer: { ...viewer, admin: false },
        isPrivate: viewer.admin,
        ballot: shortPath(tally.poll),
        render: stagePage,
      })
    },
    { ...canonicalAddress, detail: stageDetail },
  )
}
