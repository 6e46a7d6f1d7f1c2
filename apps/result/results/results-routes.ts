/** The tally over HTTP, as JSON and as CSV, and what became of a ballot. */

import type { Database } from "@tallyroom/lib/database"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import {
  jsonAnswer,
  POLL_PARAMETER,
  problemAnswers,
  RECEIPT_QUERY,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
import { ANYBODY, audienceOf } from "@tallyroom/lib/polls/audience"
import { sharesOf } from "@tallyroom/lib/polls/shares"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import { type DocumentDecoration, Elysia } from "elysia"
import type { AdminAccess, Peers } from "../access/admin-access"
import { requireCounts, requirePoll, unknownPollProblem } from "../access/audience"
import { receiptStatusSchema, tallySchema } from "../http/api-schemas"
import { conditional } from "../http/conditional"
import { csvHeaders, toCsv } from "../http/csv"
import type { SharedReads } from "../http/shared-reads"
import { receiptStatus } from "../receipt/receipt-status"
import { snapshotOf, versionOf } from "../tally/snapshot"
import type { PollResults } from "../tally/tally-reads"

export type ResultsOptions = { sql: Database; access: AdminAccess; results: SharedReads<PollResults> }

const unchanged = { 304: { description: "As the client knows it by its If-None-Match." } }

const tallyDetail: DocumentDecoration = {
  summary: "Tally and timeline of a poll",
  tags: ["results"],
  parameters: [POLL_PARAMETER, RECEIPT_QUERY],
  responses: {
    200: jsonAnswer("The votes, and how they came in; with an ETag.", tallySchema),
    ...unchanged,
    ...problemAnswers("poll-unknown", "poll-deleted", "results-hidden", "database-away"),
  },
}

const csvDetail: DocumentDecoration = {
  summary: "Tally of a poll for a spreadsheet",
  tags: ["results"],
  parameters: [POLL_PARAMETER, RECEIPT_QUERY],
  responses: {
    200: textAnswer(
      "One option a line: option, label, votes, share. Shares are from 0 to 1 and exactly 1 together, once there are votes.",
      "text/csv",
    ),
    ...unchanged,
    ...problemAnswers("poll-unknown", "poll-deleted", "results-hidden", "database-away"),
  },
}

const receiptDetail: DocumentDecoration = {
  summary: "What became of the ballot of a receipt; never its option",
  tags: ["results"],
  parameters: [POLL_PARAMETER, { name: "receipt", in: "path", required: true, schema: { type: "string" } }],
  responses: {
    200: jsonAnswer("What became of it, and since when if that is known.", receiptStatusSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "receipt-unknown", "database-away"),
  },
}

export function resultsRoutes({ sql, access, results }: ResultsOptions) {
  const visible = async (id: string, request: Request, server: Peers) => {
    const receipt = new URL(request.url).searchParams.get("receipt")
    const viewer = { admin: access.isAdmin(request, server), receipt }
    const found = await results.read(id)
    const { poll } = requirePoll(id, found?.tally, viewer)
    if (!found) throw unknownPollProblem(id)
    return { found, audience: audienceOf(poll, viewer) }
  }

  return new Elysia({ name: "results" })
    .get(
      "/api/polls/:poll/results",
      async ({ request, server, params }) => {
        const { found, audience } = await visible(params.poll, request, server)
        return resultsJson(request, found, audience)
      },
      { detail: tallyDetail },
    )
    .get(
      "/api/polls/:poll/results.csv",
      async ({ request, server, params }) => {
        const { found, audience } = await visible(params.poll, request, server)
        return resultsCsv(request, found, audience)
      },
      { detail: csvDetail },
    )
    .get(
      "/api/polls/:poll/receipts/:receipt",
      async ({ params }) => {
        const { poll } = requirePoll(params.poll, (await results.read(params.poll))?.tally, ANYBODY)
        const status = await receiptStatus(sql, poll, params.receipt)
        return Response.json(status, { headers: { ...apiHeaders, "cache-control": "private, no-store" } })
      },
      { detail: receiptDetail },
    )
}

function resultsJson(request: Request, { tally, timeline }: PollResults, audience: Audience): Response {
  requireCounts(tally.poll, audience)
  const body = () => {
    const snapshot = snapshotOf(tally, true)
    const shares = sharesOf(snapshot.options.map(({ votes = 0 }) => votes))
    const options = snapshot.options.map((option, i) => ({ ...option, share: shares?.[i] ?? null }))
    return JSON.stringify({ ...snapshot, options, timeline })
  }
  return conditional(request, body, {
    tag: `${tally.poll.number}.${versionOf(tally, true)}`,
    audience,
    headers: { "content-type": "application/json" },
  })
}

function resultsCsv(request: Request, { tally }: PollResults, audience: Audience): Response {
  requireCounts(tally.poll, audience)
  const { poll, votes } = tally
  const shares = sharesOf(poll.options.map(({ id }) => votes[id] ?? 0))
  const rows = poll.options.map(({ id, label }, i) => {
    const count = votes[id] ?? 0
    return [id, label, count, (shares?.[i] ?? 0).toFixed(3)]
  })
  return conditional(request, () => toCsv([["option", "label", "votes", "share"], ...rows]), {
    tag: `${poll.number}.${versionOf(tally, true)}`,
    audience,
    headers: csvHeaders(poll.id),
  })
}
