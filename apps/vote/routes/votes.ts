/**
 * POST /, POST /polls/:poll, POST /embed/:poll and POST /api/polls/:poll/votes. The hot path: Elysia parses and validates nothing here, as
 * every ballot is read by readBallotForm or readBallotJson.
 */

import { Problem, type ProblemKind } from "@tallyroom/lib/errors"
import { compressedResponse } from "@tallyroom/lib/http/compression"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { wantsPage } from "@tallyroom/lib/http/media-types"
import { problemJson } from "@tallyroom/lib/http/problems"
import { languageOf } from "@tallyroom/lib/ui/language"
import type { AnyElysia } from "elysia"
import { readBallotForm, readBallotJson } from "../ballot-request"
import type { Outcome } from "../cast"
import { Client } from "../client"
import type { Deps } from "../deps"
import { formVoteDetail, jsonVoteDetail } from "../openapi"
import { ballotPage } from "../pages/ballot-page"
import type { Refusal } from "../view/ballot-data"
import { defaultPoll, type Vote, vote } from "../voting"

const STATUS = { accepted: 201, received: 202, same: 200, stands: 409 } as const satisfies Record<
  Outcome["status"],
  number
>

// Made once: copying them costs a fraction of what making them from an object does.
const JSON_HEADERS = new Headers({
  ...apiHeaders,
  "content-type": "application/json",
  "cache-control": "no-store",
})
/** What the ballot itself says, beside the code that was typed. */
const REFUSALS: Partial<Record<ProblemKind, Refusal>> = {
  "code-needed": "codeNeeded",
  "code-unknown": "codeUnknown",
  "too-many-attempts": "tooManyAttempts",
}

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
        formVote(deps, params.poll, new Client(request, server, trustedProxies), false),
      { parse: "none", detail: formVoteDetail(true) },
    )
    app.post(
      "/embed/:poll",
      ({ request, params, server }) =>
        formVote(deps, params.poll, new Client(request, server, trustedProxies), true),
      { parse: "none", detail: formVoteDetail(true) },
    )
    app.post(
      "/",
      ({ request, server }) => formVote(deps, null, new Client(request, server, trustedProxies), false),
      { parse: "none", detail: formVoteDetail(false) },
    )
    return app
  }
}

/**
 * The answer is the page itself: load tools count anything but 2xx as a failure, and who reloads it sends the same
 * ballot again, which changes nothing.
 */
async function formVote(
  deps: Deps,
  pollId: string | null,
  client: Client,
  embedded: boolean,
): Promise<Response> {
  const { request } = client
  if (!wantsPage(request)) return asJson(await vote(deps, pollId, client, readBallotForm))
  let code = ""
  const read = async () => {
    const ballot = await readBallotForm(request)
    code = ballot.code ?? ""
    return ballot
  }
  const language = languageOf(request)
  const headers = deps.headers.page(language, embedded)
  try {
    const { poll, outcome, setCookie } = await vote(deps, pollId, client, read)
    const view = { poll, language, embedded, now: Date.now(), isAnswer: true }
    const page = deps.sites.for(request).votedPages.page({ ...view, standing: outcome })
    return respond(page, STATUS[outcome.status], headers, setCookie)
  } catch (error) {
    const refusal = error instanceof Problem ? REFUSALS[error.kind] : undefined
    if (!(error instanceof Problem && refusal)) throw error
    const poll = await deps.polls.poll(pollId ?? defaultPoll(await deps.polls.index()))
    const page = ballotPage(deps.sites.for(request).site, {
      poll,
      language,
      embedded,
      now: Date.now(),
      code,
      refusal,
    })
    const answer = compressedResponse(request, page, { status: error.status, headers })
    for (const [name, value] of Object.entries(error.headers())) answer.headers.set(name, value)
    return answer
  }
}

function asJson({ outcome, setCookie }: Vote): Response {
  if (outcome.status === "stands") return problemJson(voteStands(outcome))
  return respond(JSON.stringify(outcome), STATUS[outcome.status], JSON_HEADERS, setCookie)
}

function respond(
  body: string | Buffer<ArrayBuffer>,
  status: number,
  headers: Headers,
  setCookie: string | null,
): Response {
  const response = new Response(body, { status, headers })
  if (setCookie !== null) response.headers.append("set-cookie", setCookie)
  return response
}

function voteStands({ poll, option, receipt }: Outcome): Problem {
  const detail = `This voter chose ${option} in the poll ${poll}, and a vote can't be changed there.`
  return new Problem("vote-stands", detail, { members: { poll, option, receipt } })
}
