/** The results over the API, as JSON and as CSV. */

import { isOneVote } from "@tallyroom/lib/ballots/choice"
import { audienceOf } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import { Elysia } from "elysia"
import type { AdminAccess, Peers } from "../access/admin-access"
import { requireCounts, requirePoll, unknownPollProblem } from "../access/audience"
import { viewerOf } from "../access/viewer"
import type { SharedReads } from "../database/shared-reads"
import { conditional } from "../http/conditional"
import { csvHeaders, toCsv } from "../http/csv"
import { readAtLeast } from "../tally/at-least"
import { outcomeOf } from "../tally/outcome-of"
import { snapshotOf, versionOf } from "../tally/snapshot"
import type { PollResults } from "../tally/tally-reads"
import { sharesIn } from "../tally/tally-view"
import { decidedColumns } from "./decided-columns"
import { csvDetail, tallyDetail } from "./results-openapi"

export type ResultsOptions = {
  access: AdminAccess
  tallies: SharedReads<Tally>
  results: SharedReads<PollResults>
}

export function resultsRoutes({ access, tallies, results }: ResultsOptions) {
  const visible = async <T>(
    reads: SharedReads<T>,
    tallyOf: (value: T) => Tally,
    { id, request, server }: { id: string; request: Request; server: Peers },
  ) => {
    const viewer = viewerOf(access, request, server)
    const found = await readAtLeast(reads, id, new URL(request.url), tallyOf)
    const { poll } = requirePoll(id, found && tallyOf(found), viewer)
    if (!found) throw unknownPollProblem(id)
    return { found, audience: audienceOf(poll, viewer) }
  }

  return new Elysia({ name: "results" })
    .get(
      "/api/polls/:poll/results",
      async ({ request, server, params }) => {
        const asked = { id: params.poll, request, server }
        const { found, audience } = await visible(results, ({ tally }) => tally, asked)
        return resultsJson(request, found, audience)
      },
      { detail: tallyDetail },
    )
    .get(
      "/api/polls/:poll/results.csv",
      async ({ request, server, params }) => {
        const asked = { id: params.poll, request, server }
        const { found, audience } = await visible(tallies, (tally) => tally, asked)
        return resultsCsv(request, found, audience)
      },
      { detail: csvDetail },
    )
}

function resultsJson(request: Request, { tally, timeline }: PollResults, audience: Audience): Response {
  requireCounts(tally.poll, audience)
  const body = () => {
    const snapshot = snapshotOf(tally, true)
    const shares = sharesIn(snapshot)
    const options = snapshot.options.map((option, i) => ({ ...option, share: shares?.[i] ?? null }))
    const outcome = outcomeOf(snapshot)
    return JSON.stringify({ ...snapshot, ...(outcome && { outcome }), options, timeline })
  }
  return conditional(request, body, {
    tag: `${tally.poll.number}.${versionOf(tally, true)}`,
    audience,
    headers: { "content-type": "application/json" },
  })
}

function resultsCsv(request: Request, tally: Tally, audience: Audience): Response {
  requireCounts(tally.poll, audience)
  const { poll, total, abstained } = tally
  const body = () => {
    const snapshot = snapshotOf(tally, true)
    const shares = sharesIn(snapshot)
    const [names, numbers] = isOneVote(poll)
      ? [[], []]
      : [
          ["ballots", "abstained"],
          [total, abstained],
        ]
    const decided = decidedColumns(snapshot)
    const rows = snapshot.options.map((option, i) => {
      const { id, label, votes = 0 } = option
      return [id, label, votes, (shares?.[i] ?? 0).toFixed(3), ...numbers, ...decided.of(option)]
    })
    return toCsv([["option", "label", "votes", "share", ...names, ...decided.names], ...rows])
  }
  return conditional(request, body, {
    tag: `${poll.number}.${versionOf(tally, true)}`,
    audience,
    headers: csvHeaders(poll.id),
  })
}
