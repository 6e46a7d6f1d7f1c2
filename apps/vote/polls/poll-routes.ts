/** GET /api/polls, GET /api/polls/:poll and GET /api/polls/:poll/now: the polls that can be voted on. */

import { apiHeaders } from "@tallyroom/lib/http/headers"
import { nextIn, offsetIn, POLLS_A_PART } from "@tallyroom/lib/http/list-part"
import {
  jsonAnswer,
  nextSchema,
  OFFSET_QUERY,
  POLL_PARAMETER,
  problemAnswers,
} from "@tallyroom/lib/http/openapi"
import type { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { AnyElysia, DocumentDecoration } from "elysia"
import { z } from "zod"
import { ASK_AGAIN, type AskingDeps, intervalHeader, withInterval } from "./asking-answers"
import type { PollCache } from "./poll-cache"
import { isPollMissing } from "./poll-problems"
import { nowSchema, pollNow, pollView, viewSchema } from "./poll-view"

/** Others may keep an answer for about as long as we keep a poll ourselves. */
const HEADERS = { ...apiHeaders, "cache-control": "public, max-age=1" }
const nowHeaders = withInterval({
  ...apiHeaders,
  "content-type": "application/json",
  "cache-control": "no-store",
})

const pollsSchema = z.object({ default: slugSchema.nullable(), polls: z.array(viewSchema), next: nextSchema })

const pollsDetail: DocumentDecoration = {
  summary: "The polls that can be voted on",
  parameters: [OFFSET_QUERY],
  responses: {
    200: jsonAnswer(
      `The open polls, up to ${POLLS_A_PART} of them at a time, and which one is the default.`,
      pollsSchema,
    ),
    ...problemAnswers("request-malformed", "inbox-away"),
  },
}

const pollDetail: DocumentDecoration = {
  summary: "One poll",
  parameters: [POLL_PARAMETER],
  responses: {
    200: jsonAnswer("The poll.", viewSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "inbox-away"),
  },
}

const nowDetail: DocumentDecoration = {
  summary: "What may have changed of a poll",
  description: `Short, to be asked for often: with another revision, read the poll again. ${ASK_AGAIN}`,
  parameters: [POLL_PARAMETER],
  responses: {
    200: {
      ...jsonAnswer("The poll's phase and revision, and the id of the default poll.", nowSchema),
      ...intervalHeader,
    },
    ...problemAnswers("poll-unknown", "poll-deleted", "inbox-away"),
  },
}

export type PollDeps = { polls: Pick<PollCache, "index" | "poll">; clock: Pick<RedisClock, "now"> }

export function pollRoutes({
  polls,
  clock,
  asking,
}: PollDeps & AskingDeps): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    app.get(
      "/api/polls",
      async ({ request }) => {
        const offset = offsetIn(new URL(request.url))
        const { default: first, open } = await polls.index()
        const part = open.slice(offset, offset + POLLS_A_PART)
        const found = await Promise.all(part.map((id) => polls.poll(id).catch(nullIfMissing)))
        const views = found.filter((poll) => poll !== null).map((poll) => pollView(poll, clock.now()))
        const next = nextIn(offset, open.length > offset + POLLS_A_PART)
        return Response.json({ default: first, polls: views, ...next }, { headers: HEADERS })
      },
      { detail: pollsDetail },
    )
    app.get(
      "/api/polls/:poll",
      async ({ params }) =>
        Response.json(pollView(await polls.poll(params.poll), clock.now()), { headers: HEADERS }),
      { detail: pollDetail },
    )
    app.get(
      "/api/polls/:poll/now",
      async ({ params }) => {
        const [poll, index] = await Promise.all([polls.poll(params.poll), polls.index().catch(() => null)])
        const body = JSON.stringify(pollNow(poll, index, clock.now()))
        return new Response(body, { headers: nowHeaders(asking.next()) })
      },
      { detail: nowDetail },
    )
    return app
  }
}

/** A poll of the list may be gone by the time that it is read. */
function nullIfMissing(error: unknown): Poll | null {
  if (isPollMissing(error)) return null
  throw error
}
