/**
 * GET /api/polls/:poll/tally: the poll's counts, and the parts of the poll that may change with them, for the ballot page and
 * only for readers who may see results.
 */

import { Problem } from "@tallyroom/lib/errors"
import { type Known, knownTo, readAfter } from "@tallyroom/lib/http/after"
import { namesTag } from "@tallyroom/lib/http/etag"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import {
  AFTER_QUERY,
  jsonAnswer,
  POLL_PARAMETER,
  problemAnswers,
  RECEIPT_QUERY,
} from "@tallyroom/lib/http/openapi"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { AnyElysia, DocumentDecoration } from "elysia"
import { z } from "zod"
import type { PollDeps } from "./poll-routes"
import { nowSchema, pollNow } from "./poll-view"
import type { Counts, Tallies } from "./tallies"
import { requireShown } from "./tally-visibility"

const tallySchema = z.object({
  ...nowSchema.shape,
  poll: slugSchema,
  version: z.int(),
  total: z.int(),
  votes: z.record(slugSchema, z.int()),
})

const tallyDetail: DocumentDecoration = {
  summary: "How the votes stand",
  description: "Results that are shown after voting alone ask for a receipt of the poll.",
  parameters: [POLL_PARAMETER, RECEIPT_QUERY, ...AFTER_QUERY],
  responses: {
    200: jsonAnswer("The tally, a moment old at most; with an ETag.", tallySchema),
    ...problemAnswers("request-malformed", "poll-unknown", "poll-deleted", "results-hidden", "inbox-away"),
  },
}

type Deps = PollDeps & { tallies: Pick<Tallies, "read"> }

export function tallyRoutes({ polls, clock, tallies }: Deps): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    app.get(
      "/api/polls/:poll/tally",
      async ({ request, params }) => {
        const poll = await polls.poll(params.poll)
        const url = new URL(request.url)
        const receipt = url.searchParams.get("receipt")
        requireShown(poll, receipt)
        const known = knownTo(url)
        const [counts, index] = await Promise.all([
          readAtLeast(tallies, poll, known),
          polls.index().catch(() => null),
        ])
        const { version, votes, total } = counts
        const now = pollNow(poll, index, clock.now())
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

/** Counts at least as new as those that the client has. @throws {Problem} inbox-away when there are none in time */
async function readAtLeast(
  tallies: Deps["tallies"],
  { id, number }: Poll,
  known: Known | null,
): Promise<Counts> {
  const tooOld = (detail: string) => new Problem("inbox-away", detail, { retryAfter: 1 })
  return readAfter(
    known,
    () => tallies.read(id),
    ({ version }) => ({ number, version }),
    tooOld,
  )
}
