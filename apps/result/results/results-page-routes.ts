/** The results page of a poll, and the start page, which shows those of the default poll. */

import { Problem } from "@tallyroom/lib/errors"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { Elysia } from "elysia"
import type { AdminAccess } from "../access/admin-access"
import { mayKnow, requirePoll } from "../access/audience"
import { viewerOf } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { canonicalAddress } from "../http/canonical-address"
import type { PollPages } from "./poll-pages"
import { resultsPageDetail, startPageDetail } from "./results-openapi"
import { resultsPage } from "./results-page"

export type ResultsPageOptions = {
  access: AdminAccess
  tallies: SharedReads<Tally>
  pages: PollPages
  /** The id of the poll that the start page shows. */
  home: string
}

export function resultsPageRoutes({ access, tallies, pages, home }: ResultsPageOptions) {
  return new Elysia({ name: "results-pages" })
    .get(
      "/",
      async ({ request, server }) => {
        const tally = await tallies.read(home)
        const viewer = viewerOf(access, request, server)
        if (!tally || !mayKnow(tally.poll, viewer)) {
          throw new Problem("poll-unknown", "There is no default poll yet: open the address of a poll.")
        }
        return pages.answer(request, { tally, viewer, ballot: "/", render: resultsPage })
      },
      { detail: startPageDetail },
    )
    .get(
      "/polls/:poll",
      async ({ request, server, params }) => {
        const viewer = viewerOf(access, request, server)
        const tally = requirePoll(params.poll, await tallies.read(params.poll), viewer)
        const ballot = `/polls/${params.poll}`
        return pages.answer(request, { tally, viewer, ballot, render: resultsPage })
      },
      { ...canonicalAddress, detail: resultsPageDetail },
    )
}
