/**
 * GET /api/polls/:poll/tally: how the votes stand, and the poll with them, for the ballot page, as far as the poll's
 * results are public.
 */

import { Problem } from "@tallyroom/lib/errors"
import { namesTag } from "@tallyroom/lib/http/etag"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { audienceOf } from "@tallyroom/lib/polls/audience"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { seesCounts } from "@tallyroom/lib/polls/visibility"
import type { AnyElysia } from "elysia"
import { pollUnknown } from "../casting/cast"
import type { Deps } from "../deps"
import { tallyDetail } from "../http/openapi"
import { pollNow } from "./poll-view"

export function tallyRoutes({ polls, tallies }: Deps): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    app.get(
      "/api/polls/:poll/tally",
      async ({ request, params }) => {
        const poll = await polls.poll(params.poll)
        const receipt = new URL(request.url).searchParams.get("receipt")
        requireShown(poll, receipt)
        const [counts, index] = await Promise.all([tallies.read(poll.id), polls.index().catch(() => null)])
        const { version, votes, total } = counts
        const now = pollNow(poll, index, Date.now())
        const etag = `"${[version, ...Object.values(now)].join("-")}"`
        const headers = {
          ...apiHeaders,
          etag,
          "cache-control": receipt ? "private, no-cache" : "public, max-age=1",
        }
        if (namesTag(request.headers.get("if-none-match"), etag))
          return new Response(null, { status: 304, headers })
        return Response.json({ poll: poll.id, ...now, version, total, votes }, { headers })
      },
      { detail: tallyDetail },
    )
    return app
  }
}

/** @throws {Problem} results-hidden when the poll's results are not for this reader now */
function requireShown(poll: Poll, receipt: string | null): void {
  if (poll.state === "draft") throw pollUnknown(poll.id)
  if (mayShow(poll, receipt)) return
  const when =
    poll.results === "after-vote"
      ? "to those who have voted: add ?receipt="
      : "once it is closed: come back then"
  throw new Problem("results-hidden", `The results of ${poll.id} are shown ${when}.`)
}

/** Whether who shows this receipt, or none, may see the poll's counts now. */
export function mayShow(poll: Poll, receipt: string | null): boolean {
  return seesCounts(poll, audienceOf(poll, { admin: false, receipt }))
}
