/** The pages: a poll's tally for readers, for a big screen and for other sites, and a ballot's fate. */

import type { Database } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"
import { shortPath, toCanonical } from "@tallyroom/lib/http/page-address"
import { ANYBODY, audienceOf, type Viewer } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { seesCounts } from "@tallyroom/lib/polls/visibility"
import { Elysia } from "elysia"
import type { AdminAccess, Peers } from "./access/admin-access"
import { mayKnow, requirePoll } from "./access/audience"
import { answerPage } from "./http/answer"
import type { SharedReads } from "./http/shared-reads"
import { type Site, visitOf } from "./http/site"
import { receiptPage } from "./receipt/receipt-page"
import { receiptStatus } from "./receipt/receipt-status"
import { embeddedResultsPage, resultsPage, type Shown } from "./results/results-page"
import { stagePage } from "./stage/stage-page"
import { snapshotOf } from "./tally/snapshot"

export type PageOptions = {
  sql: Database
  access: AdminAccess
  tallies: SharedReads<Tally>
  site: Site
  /** The id of the poll that the start page shows. */
  home: string
}

const SHARED = "public, max-age=1"
const OWN = "private, no-store"
/** Other sites name the script of embeds by an address that never changes. */
const EMBED_SCRIPT_CACHE = "public, max-age=300"

export function pageRoutes({ sql, access, tallies, site, home }: PageOptions) {
  const viewerOf = (request: Request, server: Peers): Viewer => ({
    admin: access.isAdmin(request, server),
    receipt: new URL(request.url).searchParams.get("receipt"),
  })
  const pollOf = async (id: string, viewer: Viewer) => requirePoll(id, await tallies.read(id), viewer)

  return new Elysia({ name: "pages", detail: { hide: true } })
    .onBeforeHandle(({ request }) => toCanonical(request) ?? undefined)
    .get("/", async ({ request, server }) => {
      const tally = await tallies.read(home)
      const viewer = viewerOf(request, server)
      if (!tally || !mayKnow(tally.poll, viewer)) {
        throw new Problem("poll-unknown", "There is no default poll yet: open the address of a poll.")
      }
      const { shown, cache } = shownTo(tally, "/", viewer)
      return answerPage(site, request, resultsPage(visitOf(site, request), shown), { cache })
    })
    .get("/polls/:poll", async ({ request, server, params }) => {
      const viewer = viewerOf(request, server)
      const { shown, cache } = shownTo(await pollOf(params.poll, viewer), `/polls/${params.poll}`, viewer)
      return answerPage(site, request, resultsPage(visitOf(site, request), shown), { cache })
    })
    .get("/polls/:poll/stage", async ({ request, server, params }) => {
      const viewer = viewerOf(request, server)
      const tally = await pollOf(params.poll, viewer)
      const ballot = shortPath(tally.poll)
      // A hall full of people looks at it: it never shows what only admins may see.
      const { shown, cache } = shownTo(tally, ballot, { ...viewer, admin: false })
      return answerPage(site, request, stagePage(visitOf(site, request), shown), {
        cache: viewer.admin ? OWN : cache,
      })
    })
    .get("/embed/:poll", async ({ request, params }) => {
      const visit = visitOf(site, request)
      const receipt = visit.url.searchParams.get("receipt")
      const viewer = { ...ANYBODY, receipt }
      const tally = await pollOf(params.poll, viewer)
      if (visit.url.searchParams.get("view") === "ballot")
        return toBallot(visit.voteAt(`/embed/${params.poll}`), visit.theme)
      const { shown, cache } = shownTo(tally, `/polls/${params.poll}`, viewer)
      const frameAncestors = site.embedOrigins
      return answerPage(site, request, embeddedResultsPage(visit, shown), { cache, frameAncestors })
    })
    .get("/embed.js", () => {
      const headers = { location: site.asset("embed.js"), "cache-control": EMBED_SCRIPT_CACHE }
      return new Response(null, { status: 302, headers })
    })
    .get("/polls/:poll/receipts/:receipt", async ({ request, params }) => {
      const { poll } = await pollOf(params.poll, ANYBODY)
      const status = await receiptStatus(sql, poll, params.receipt)
      const html = receiptPage(visitOf(site, request), poll, params.receipt, status)
      return answerPage(site, request, html, { cache: OWN })
    })
}

/** What this viewer is shown of a tally, and who may keep the answer. */
function shownTo(tally: Tally, ballot: string, viewer: Viewer): { shown: Shown; cache: string } {
  const audience = audienceOf(tally.poll, viewer)
  const snapshot = snapshotOf(tally, seesCounts(tally.poll, audience))
  const receipt = audience === "receipt" ? viewer.receipt : null
  return {
    shown: { snapshot, now: tally.at.getTime(), ballot, receipt },
    cache: audience === "public" ? SHARED : OWN,
  }
}

function toBallot(address: string, theme: string | undefined): Response {
  const location = new URL(address)
  if (theme) location.searchParams.set("theme", theme)
  return new Response(null, {
    status: 302,
    headers: { location: location.href, "cache-control": "no-store" },
  })
}
