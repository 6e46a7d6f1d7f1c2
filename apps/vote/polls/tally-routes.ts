/**
 * GET /api/polls/:poll/tally: the poll's counts, and the parts of the poll that may change with them, for the ballot page and
 * only for readers who may see results.
 */

import { type Known, knownTo, readAfter } from "@tallyroom/lib/http/after"
import { namesTag } from "@tallyroom/lib/http/etag"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import {
  afterQuery,
  IF_NONE_MATCH,
  jsonAnswer,
  POLL_PARAMETER,
  problemAnswers,
  RECEIPT_QUERY,
} from "@tallyroom/lib/http/openapi"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { AnyElysia, DocumentDecoration } from "elysia"
import { z } from "zod"
import { ASK_AGAIN, type AskingDeps, intervalHeader, POLL_INTERVAL } from "./asking-answers"
import type { PollDeps } from "./poll-routes"
import { nowSchema, pollNow } from "./poll-view"
import type { Counts, Tallies } from "./tallies"
import { requireShown } from "./tally-visibility"

const tallySchema = z.object({
  ...nowSchema.shape,
  poll: slugSchema,
  tallyVersion: z.int(),
  version: z.int().meta({
    deprecated: true,
    description: "As `tallyVersion`, which no reader takes for the version of the results.",
  }),
  total: z.int().meta({ description: "The ballots that count, abstentions included." }),
  abstained: z.int().optional().meta({ description: "The ballots that chose nothing, where some may." }),
  votes: z.record(slugSchema, z.int()),
  said: z.record(slugSchema, z.record(z.string(), z.int())).optional().meta({
    description:
      "Where options are rated or decided on: how many ballots say of each this rating, `yes` or `no`.",
  }),
})

/** Called apart from the `after` of the results, which counts other versions. */
const AFTER = "afterTally"
/** As `afterTally` was called at first. */
const EARLIER_AFTER = "after"

const tallyDetail: DocumentDecoration = {
  summary: "How the votes stand",
  description: `Results that are shown after voting alone ask for a receipt of the poll. ${ASK_AGAIN}`,
  parameters: [
    ...[POLL_PARAMETER, RECEIPT_QUERY, IF_NONE_MATCH, ...afterQuery(AFTER, "tallyVersion")],
    { ...afterQuery(EARLIER_AFTER, "version")[0], deprecated: true },
  ],
  responses: {
    200: { ...jsonAnswer("The tally, a moment old at most; with an ETag.", tallySchema), ...intervalHeader },
    304: { description: "As the client knows it by its If-None-Match.", ...intervalHeader },
    ...problemAnswers("request-malformed", "poll-unknown", "poll-deleted", "results-hidden"),
    ...problemAnswers("inbox-away", "nothing-so-new"),
  },
}

type Deps = PollDeps & AskingDeps & { tallies: Pick<Tallies, "read"> }

export function tallyRoutes({
  polls,
  clock,
  tallies,
  asking,
}: Deps): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    app.get(
      "/api/polls/:poll/tally",
      async ({ request, params }) => {
        const poll = await polls.poll(params.poll)
        const url = new URL(request.url)
        const receipt = url.searchParams.get("receipt")
        requireShown(poll, receipt)
        const known = knownTo(url, [AFTER, EARLIER_AFTER])
        const [counts, index] = await Promise.all([
          readAtLeast(tallies, poll, known),
          polls.index().catch(() => null),
        ])
        const { version, votes, said, total, abstained } = counts
        const now = pollNow(poll, index, clock.now())
        const etag = `"${[version, ...Object.values(now)].join("-")}"`
        const headers = {
          ...apiHeaders,
          etag,
          "cache-control": receipt ? "private, no-cache" : "public, max-age=1",
          [POLL_INTERVAL]: String(asking.next()),
        }
        if (namesTag(request.headers.get("if-none-match"), etag))
          return new Response(null, { status: 304, headers })
        return Response.json(
          { poll: poll.id, ...now, tallyVersion: version, version, total, abstained, votes, said },
          { headers },
        )
      },
      { detail: tallyDetail },
    )
    return app
  }
}

/** Counts at least as new as those that the client has. @throws {Problem} nothing-so-new when there are none in time */
async function readAtLeast(
  tallies: Deps["tallies"],
  { id, number }: Poll,
  known: Known | null,
): Promise<Counts> {
  return readAfter(
    known,
    () => tallies.read(id),
    ({ version }) => ({ number, version }),
    "A tally counts its versions apart from the results: send the tallyVersion of an earlier answer.",
  )
}
