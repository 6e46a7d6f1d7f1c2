/**
 * POST /, POST /polls/:poll and POST /api/polls/:poll/votes. The hot path: Elysia parses and validates nothing here, as
 * every ballot is read by readBallotForm or readBallotJson.
 */

import { Problem } from "@tallyroom/lib/errors"
import { apiHeaders, pageHeaders } from "@tallyroom/lib/http/headers"
import { wantsPage } from "@tallyroom/lib/http/media-types"
import { problemJson } from "@tallyroom/lib/http/problems"
import type { AnyElysia } from "elysia"
import { readBallotForm, readBallotJson } from "../ballot-request"
import type { Outcome } from "../cast"
import { Client } from "../client"
import type { Deps } from "../deps"
import { formVoteDetail, jsonVoteDetail } from "../openapi"
import { type Vote, vote } from "../voting"

const STATUS = { accepted: 201, same: 200, stands: 409 } as const satisfies Record<Outcome["status"], number>

// Made once: copying them costs a fraction of what making them from an object does.
const JSON_HEADERS = new Headers({
  ...apiHeaders,
  "content-type": "application/json",
  "cache-control": "no-store",
})
const PAGE_HEADERS = new Headers({
  ...pageHeaders({ frameAncestors: "'none'" }),
  "cache-control": "no-store",
})

export function voteRoutes(deps: Deps): <App extends AnyElysia>(app: App) => App {
  const { trustedProxies } = deps
  return (app) => {
    app.post(
      "/api/polls/:poll/votes",
      async ({ request, params, server }) =>
        asJson(await vote(deps, params.poll, new Client(request, server, trustedProxies), readBallotJson)),
      { parse: "none", detail: jsonVoteDetail },
    )
    app.post(
      "/polls/:poll",
      ({ request, params, server }) =>
        formVote(deps, params.poll, new Client(request, server, trustedProxies)),
      { parse: "none", detail: formVoteDetail(true) },
    )
    app.post(
      "/",
      ({ request, server }) => formVote(deps, null, new Client(request, server, trustedProxies)),
      { parse: "none", detail: formVoteDetail(false) },
    )
    return app
  }
}

/**
 * The answer is the page itself: load tools count anything but 2xx as a failure, and who reloads it sends the same
 * ballot again, which changes nothing.
 */
async function formVote(deps: Deps, poll: string | null, client: Client): Promise<Response> {
  const voted = await vote(deps, poll, client, readBallotForm)
  if (!wantsPage(client.request)) return asJson(voted)
  const { poll: shown, outcome, setCookie } = voted
  return respond(deps.votedPages.page(shown, outcome), STATUS[outcome.status], PAGE_HEADERS, setCookie)
}

function asJson({ outcome, setCookie }: Vote): Response {
  if (outcome.status === "stands") return problemJson(voteStands(outcome))
  return respond(JSON.stringify(outcome), STATUS[outcome.status], JSON_HEADERS, setCookie)
}

function respond(body: string, status: number, headers: Headers, setCookie: string | null): Response {
  const response = new Response(body, { status, headers })
  if (setCookie !== null) response.headers.append("set-cookie", setCookie)
  return response
}

function voteStands({ poll, option, receipt }: Outcome): Problem {
  const detail = `This voter chose ${option} in the poll ${poll}, and a vote can't be changed there.`
  return new Problem("vote-stands", detail, { members: { poll, option, receipt } })
}
