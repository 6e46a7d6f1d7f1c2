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

const JSON_HEADERS = { ...apiHeaders, "content-type": "application/json", "cache-control": "no-store" }
const PAGE_HEADERS = { ...pageHeaders({ frameAncestors: "'none'" }), "cache-control": "no-store" }

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
  return new Response(deps.votedPages.page(voted.poll, voted.outcome), {
    status: STATUS[voted.outcome.status],
    headers: withCookie(PAGE_HEADERS, voted),
  })
}

function asJson(voted: Vote): Response {
  const { outcome } = voted
  if (outcome.status === "stands") return problemJson(voteStands(outcome))
  return new Response(JSON.stringify(outcome), {
    status: STATUS[outcome.status],
    headers: withCookie(JSON_HEADERS, voted),
  })
}

function withCookie(headers: Record<string, string>, { setCookie }: Vote): Record<string, string> {
  return setCookie === null ? headers : { ...headers, "set-cookie": setCookie }
}

function voteStands({ poll, option, receipt }: Outcome): Problem {
  const detail = `This voter chose ${option} in the poll ${poll}, and a vote can't be changed there.`
  return new Problem("vote-stands", detail, { members: { poll, option, receipt } })
}
