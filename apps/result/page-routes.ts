/** The pages: a poll's tally, and a ballot's fate. */

import type { Database } from "@tallyroom/lib/database"
import { Problem } from "@tallyroom/lib/errors"
import { pageHeaders } from "@tallyroom/lib/http/headers"
import type { Tally } from "@tallyroom/lib/tallies"
import { Elysia } from "elysia"
import type { AdminAccess, Peers } from "./admin-access"
import { audienceOf, type Credentials, mayKnow, NOBODY, requirePoll, seesCounts } from "./audience"
import type { Site } from "./pages/layout"
import { pollPage } from "./pages/poll-page"
import { receiptPage } from "./pages/receipt-page"
import { receiptStatus } from "./receipt-status"
import type { SharedReads } from "./shared-reads"
import { snapshotOf } from "./snapshot"
import { DEFAULT_POLL } from "./tally-reads"

export type PageOptions = { sql: Database; access: AdminAccess; tallies: SharedReads<Tally>; site: Site }

export function pageRoutes({ sql, access, tallies, site }: PageOptions) {
  const credentials = (request: Request, server: Peers): Credentials => ({
    admin: access.isAdmin(request, server),
    receipt: new URL(request.url).searchParams.get("receipt"),
  })

  return new Elysia({ name: "pages", detail: { hide: true } })
    .get("/", async ({ request, server }) => {
      const tally = await tallies.read(DEFAULT_POLL)
      const viewer = credentials(request, server)
      if (!tally || !mayKnow(tally.poll, viewer)) {
        throw new Problem("poll-unknown", "There is no default poll yet: open the address of a poll.")
      }
      return tallyPage(site, tally, "/", viewer)
    })
    .get("/polls/:poll", async ({ request, server, params }) => {
      const tally = await tallies.read(params.poll)
      const viewer = credentials(request, server)
      return tallyPage(site, requirePoll(params.poll, tally, viewer), `/polls/${params.poll}`, viewer)
    })
    .get("/polls/:poll/receipts/:receipt", async ({ params }) => {
      const { poll } = requirePoll(params.poll, await tallies.read(params.poll), NOBODY)
      const status = await receiptStatus(sql, poll, params.receipt)
      return page(receiptPage(site, poll, params.receipt, status), "private, no-store")
    })
}

function tallyPage(site: Site, tally: Tally, ballot: string, viewer: Credentials): Response {
  const audience = audienceOf(tally.poll, viewer)
  const snapshot = snapshotOf(tally, seesCounts(tally.poll, audience))
  const cache = audience === "public" ? "public, max-age=1" : "private, no-store"
  return page(pollPage(site, snapshot, ballot, audience === "receipt" ? viewer.receipt : null), cache)
}

/** A page that nobody frames. */
export function page(html: string, cache = "no-store", status = 200): Response {
  const headers = {
    ...pageHeaders({ frameAncestors: "'none'" }),
    "cache-control": cache,
    vary: "Authorization",
  }
  return new Response(html, { status, headers })
}
