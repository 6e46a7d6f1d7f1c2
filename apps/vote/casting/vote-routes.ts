/**
 * POST /, POST /polls/:poll, POST /embed/:poll and POST /api/polls/:poll/votes. This is the hot path: Elysia parses and
 * validates nothing, as readBallotForm and readBallotJson read the ballots.
 */

import {
  type Choice,
  type ChoiceProblem,
  choiceIn,
  choiceProblem,
  nameOf,
  saysOneOption,
  textOf,
  textOfDraft,
} from "@tallyroom/lib/ballots/choice"
import { Problem, type ProblemKind } from "@tallyroom/lib/errors"
import type { TrustedProxies } from "@tallyroom/lib/http/address"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { asksForPage, wantsPage } from "@tallyroom/lib/http/media-types"
import { leadOn } from "@tallyroom/lib/http/page-address"
import { problemJson } from "@tallyroom/lib/http/problems"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { AnyElysia } from "elysia"
import { defaultPoll } from "../polls/poll-problems"
import { Client } from "../voter/client"
import { type BallotRequest, readBallotJson } from "./ballot-request"
import type { OwnVote, VoteOutcome } from "./cast-ballot"
import { type CastVote, type CastVoteDeps, castVote } from "./cast-vote"
import { ANSWER_PARAMETER, type FormAnswer, type FormAnswers, type FormRefusal } from "./form-answers"
import { readBallotForm, UnclearBallot } from "./form-ballot"
import { plainAnswer } from "./plain-answer"
import { formVoteDetail, jsonVoteDetail } from "./vote-detail"

const STATUS = { accepted: 201, received: 202, same: 200, stands: 409 } as const satisfies Record<
  VoteOutcome["status"],
  number
>

// These are made once: copying Headers costs a fraction of making them from an object.
const JSON_HEADERS = new Headers({
  ...apiHeaders,
  "content-type": "application/json",
  "cache-control": "no-store",
})
const TEXT_HEADERS = new Headers({
  ...apiHeaders,
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
})
/** The problems that the ballot page itself shows, beside the code that was typed. */
const REFUSALS: Partial<Record<ProblemKind, FormRefusal>> = {
  "poll-changed": "refused",
  "code-needed": "codeNeeded",
  "code-unknown": "codeUnknown",
  "too-many-attempts": "tooManyAttempts",
  "vote-too-soon": "tooSoon",
}
/** These, and what it tells of the vote that stands, or of limits that are broken. */
const TOLD_ON_BALLOT: ReadonlySet<string> = new Set([
  ...Object.keys(REFUSALS),
  ...["vote-changed", "vote-stands", "ballot-invalid"],
])
/** What the ballot page says where a ballot chooses too few options or too many. */
const LIMIT_REFUSALS: Partial<Record<ChoiceProblem["kind"], FormRefusal>> = {
  "too-few": "tooFew",
  "too-many": "tooMany",
}

export type VoteDeps = CastVoteDeps & {
  answers: Pick<FormAnswers, "setCookie" | "inAddress">
  trustedProxies: TrustedProxies
}

export function voteRoutes(deps: VoteDeps): <App extends AnyElysia>(app: App) => App {
  const { trustedProxies } = deps
  return (app) => {
    app.post(
      "/api/polls/:poll/votes",
      async ({ request, params, server }) =>
        asJson(
          await castVote(deps, params.poll, new Client(request, server, trustedProxies), readBallotJson),
        ),
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
 * A browser is redirected to the poll's page, which shows the outcome, and which it can go back to and reload. Programs get
 * the outcome itself, as load tools count anything but 2xx as a failure.
 */
async function formVote(
  deps: VoteDeps,
  pollId: string | null,
  client: Client,
  embedded: boolean,
): Promise<Response> {
  const { request } = client
  if (!asksForPage(request)) {
    const voted = await castVote(deps, pollId, client, readBallotForm)
    return wantsPage(request) ? asText(voted) : asJson(voted)
  }
  let sent: BallotRequest = { choice: { options: [] } }
  const read = async () => {
    sent = await readBallotForm(request)
    return sent
  }
  try {
    const { poll, outcome, setCookie } = await castVote(deps, pollId, client, read)
    const response = toPage(deps, poll, standingAnswer(poll, outcome), client, embedded)
    if (setCookie !== null) response.headers.append("set-cookie", setCookie)
    return response
  } catch (error) {
    if (!(error instanceof Problem && mayBeToldOnBallot(error))) throw error
    const poll = await deps.polls.poll(pollId ?? defaultPoll(await deps.polls.index()))
    const answer = error instanceof UnclearBallot ? unclearAnswer(poll, error) : answerOf(error, sent, poll)
    if (!answer) throw error
    return toPage(deps, poll, answer, client, embedded)
  }
}

/** Whether the ballot page may say it; which poll it is, decides. */
function mayBeToldOnBallot(problem: Problem): boolean {
  return problem instanceof UnclearBallot || TOLD_ON_BALLOT.has(problem.kind)
}

function standingAnswer(poll: Poll, { status, receipt, ...choice }: OwnVote): FormAnswer {
  return { standing: { status, said: textOf(poll, choice) ?? "", receipt } }
}

/** What the ballot page itself says of a problem; null for a problem that has a page of its own. */
function answerOf(
  { kind, members }: Problem,
  { choice: sent, code = "" }: BallotRequest,
  poll: Poll,
): FormAnswer | null {
  const { receipt } = members
  const choice = choiceIn(members)
  if (kind === "vote-changed" && choice && typeof receipt === "string")
    return standingAnswer(poll, { status: "changed", ...choice, receipt })
  // One that stands by a network has a page of its own.
  if (kind === "vote-stands" && code !== "") return { refusal: "codeUsed", code }
  const hasButton = !saysOneOption(poll)
  const refusal = kind === "ballot-invalid" && hasButton ? limitRefusal(poll, sent) : REFUSALS[kind]
  if (!refusal) return null
  return { refusal, code, ...(hasButton && { draft: textOfDraft(poll, sent) }) }
}

/** Null where no page of the poll sends such a form. */
function unclearAnswer(poll: Poll, { refusal, draft, code }: UnclearBallot): FormAnswer | null {
  const fits = saysOneOption(poll) ? null : textOfDraft(poll, draft)
  return fits ? { refusal, code, draft: fits } : null
}

function limitRefusal(poll: Poll, choice: Choice): FormRefusal | undefined {
  // Without scripts a form of boxes or of radio buttons says nothing of a method while none is chosen.
  if ("options" in choice && choice.options.length === 0) return "tooFew"
  const problem = choiceProblem(poll, choice)
  return problem ? LIMIT_REFUSALS[problem.kind] : undefined
}

/** Redirects a browser to the page of the poll, with the answer to its form (RFC 9110, section 15.4.4). */
function toPage(
  { answers }: VoteDeps,
  { id, number }: Poll,
  answer: FormAnswer,
  client: Client,
  embedded: boolean,
): Response {
  const asked = answers.inAddress(number, answer, client.header("cookie"), () => client.network())
  const response = leadOn(`/${embedded ? "embed" : "polls"}/${id}?${ANSWER_PARAMETER}=${asked}`, 303)
  response.headers.append("set-cookie", answers.setCookie(number, answer, client.isSecure()))
  return response
}

function asText({ poll, outcome, setCookie }: CastVote): Response {
  return respond(plainAnswer(poll, outcome), STATUS[outcome.status], TEXT_HEADERS, setCookie)
}

function asJson({ poll, outcome, setCookie }: CastVote): Response {
  if (outcome.status === "stands") return problemJson(voteStands(poll, outcome))
  return respond(JSON.stringify(outcome), STATUS[outcome.status], JSON_HEADERS, setCookie)
}

function respond(body: string, status: number, headers: Headers, setCookie: string | null): Response {
  const response = new Response(body, { status, headers })
  if (setCookie !== null) response.headers.append("set-cookie", setCookie)
  return response
}

function voteStands({ eligibility }: Poll, { status: _, poll, receipt, ...choice }: VoteOutcome): Problem {
  const name = nameOf(choice)
  const what = eligibility === "code" ? `This code was used for ${name}` : `This voter chose ${name}`
  const detail = `${what} in the poll ${poll}, and a vote can't be changed there.`
  return new Problem("vote-stands", detail, { members: { poll, ...choice, receipt } })
}
