/** What other sites embed: a poll in a frame, and the script that makes the frame. */

import { isFromElsewhere } from "@tallyroom/lib/http/embed-origins"
import { fileHeaders } from "@tallyroom/lib/http/headers"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { Elysia } from "elysia"
import { requirePoll } from "../access/audience"
import type { SharedReads } from "../database/shared-reads"
import { canonicalAddress } from "../http/canonical-address"
import { type Site, visitOf } from "../http/site"
import type { PollPages } from "../results/poll-pages"
import { embedDetail } from "../results/results-openapi"
import { embeddedResultsPage } from "../results/results-page"

const SCRIPT_DETAIL = {
  summary: "The script that shows a poll in another site's page",
  tags: ["pages"],
  responses: { 302: { description: "To the script under the name of its content." } },
}

/** Other sites name the script of embeds by an address that never changes. */
const EMBED_SCRIPT_CACHE = "public, max-age=300"

export type EmbedOptions = { tallies: SharedReads<Tally>; pages: PollPages; site: Site }

export function embedRoutes({ tallies, pages, site }: EmbedOptions) {
  return new Elysia({ name: "embed" })
    .get(
      "/embed/:poll",
      async ({ request, params }) => {
        const visit = visitOf(site, request)
        const viewer = { ...ANYBODY, receipt: visit.url.searchParams.get("receipt") }
        const tally = requirePoll(params.poll, await tallies.read(params.poll), viewer)
        const wantsBallot = visit.url.searchParams.get("view") === "ballot"
        const isRefused = wantsBallot && isFromElsewhere(site.embedOrigins, request)
        if (wantsBallot && !isRefused)
          return redirectToBallot(visit.voteAt(`/embed/${params.poll}`), visit.theme)
        return pages.answer(request, {
          ...{ tally, viewer, ballot: `/polls/${params.poll}` },
          render: (...shown) => embeddedResultsPage(...shown, isRefused),
          // It depends on the site around, which no cache looks at.
          isPrivate: isRefused,
          frameAncestors: site.embedOrigins.results,
        })
      },
      { ...canonicalAddress, detail: embedDetail },
    )
    .get(
      "/embed.js",
      () => {
        const headers = {
          ...fileHeaders,
          location: site.asset("embed.js"),
          "cache-control": EMBED_SCRIPT_CACHE,
        }
        return new Response(null, { status: 302, headers })
      },
      { detail: SCRIPT_DETAIL },
    )
}

function redirectToBallot(address: string, theme: string | undefined): Response {
  const location = new URL(address)
  if (theme) location.searchParams.set("theme", theme)
  return new Response(null, {
    status: 302,
    headers: { location: location.href, "cache-control": "no-store" },
  })
}
