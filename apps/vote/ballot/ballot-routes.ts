/** GET /, GET /polls/:poll and GET /embed/:poll: the pages on which people vote. */

import { choiceOf, draftOf } from "@tallyroom/lib/ballots/choice"
import type { TrustedProxies } from "@tallyroom/lib/http/address"
import { CompressibleBody, compressedResponse } from "@tallyroom/lib/http/compression"
import {
  LANGUAGE_QUERY,
  POLL_PARAMETER,
  problemPages,
  queryOf,
  THEME_QUERY,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
import { leadOn, toCanonical } from "@tallyroom/lib/http/page-address"
import type { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { type Poll, votingPhase } from "@tallyroom/lib/polls/poll"
import { languageOf } from "@tallyroom/lib/ui/language"
import type { AnyElysia, DocumentDecoration } from "elysia"
import type { OwnVote } from "../casting/cast-ballot"
import type { CastVoteDeps } from "../casting/cast-vote"
import {
  ANSWER_PARAMETER,
  BY_COOKIE,
  type FormAnswer,
  type FormAnswers,
  keepsCookies,
} from "../casting/form-answers"
import { ownVoteOf } from "../casting/own-vote"
import { defaultPoll } from "../polls/poll-problems"
import type { Counts, Tallies } from "../polls/tallies"
import { mayShow } from "../polls/tally-visibility"
import { Client } from "../voter/client"
import type { Visitor } from "../voter/visitor"
import type { Identity } from "../voter/voters"
import { ballotPage } from "./ballot-page"
import { seedInFrame } from "./order-seed"
import { ownOrder } from "./own-order"
import { type PageHeaders, withCookies } from "./page-headers"
import type { Sites } from "./sites"
import { hasCounts } from "./view/ballot-data"

/** A longer text is no code, and is not shown again. */
const MAX_CODE_CHARACTERS = 64

const PAGE_QUERIES = [
  LANGUAGE_QUERY,
  queryOf("code", "Fills in the code, as the address on a printed card does."),
  queryOf("change", "Shows the options again, where a vote may be changed."),
  queryOf(ANSWER_PARAMETER, "Set by a redirect after the form: what became of the vote."),
]

const pageDetail = (place: Place): DocumentDecoration => ({
  summary: PAGE_SUMMARIES[place],
  parameters: [
    ...(place === "start" ? [] : [POLL_PARAMETER]),
    ...PAGE_QUERIES,
    ...(place === "frame" ? [THEME_QUERY] : []),
  ],
  responses: {
    200: textAnswer("A page.", "text/html"),
    303: { description: "To the same page without the answer in its address, once a cookie carries it." },
    ...(place !== "start" && { 308: { description: "To the canonical spelling of the address." } }),
    ...problemPages("poll-unknown", "poll-deleted", "inbox-away"),
  },
})

const PAGE_SUMMARIES = {
  start: "The ballot of the default poll",
  poll: "The ballot page",
  frame: "The ballot for a frame in another site's page",
} as const satisfies Record<Place, string>

export type BallotDeps = Pick<CastVoteDeps, "polls" | "appenderFor" | "eligibility"> & {
  sites: Pick<Sites, "for">
  headers: Pick<PageHeaders, "page">
  answers: Pick<FormAnswers, "read">
  tallies: Pick<Tallies, "read">
  /** Polls open and close by this clock, so the page shows their phase by it. */
  clock: Pick<RedisClock, "now" | "way">
  trustedProxies: TrustedProxies
}

export function ballotPageRoutes(deps: BallotDeps): <App extends AnyElysia>(app: App) => App {
  const { polls, trustedProxies } = deps
  return (app) => {
    app.get(
      "/",
      async ({ request, server }) => {
        const poll = await polls.poll(defaultPoll(await polls.index()))
        return show(deps, poll, new Client(request, server, trustedProxies), "start")
      },
      { detail: pageDetail("start") },
    )
    app.get(
      "/polls/:poll",
      async ({ request, params, server }) =>
        toCanonical(request) ??
        show(deps, await polls.poll(params.poll), new Client(request, server, trustedProxies), "poll"),
      { detail: pageDetail("poll") },
    )
    app.get(
      "/embed/:poll",
      async ({ request, params, server }) =>
        toCanonical(request) ??
        show(deps, await polls.poll(params.poll), new Client(request, server, trustedProxies), "frame"),
      { detail: pageDetail("frame") },
    )
    return app
  }
}

/** Where a ballot is shown: on the start page, which has the default poll, on its poll's own page, or in a frame. */
type Place = "start" | "poll" | "frame"

/** The page already sets a visitor cookie, so that a double click on its form is a vote of one voter. */
async function show(deps: BallotDeps, poll: Poll, client: Client, place: Place): Promise<Response> {
  const embedded = place === "frame"
  const { request } = client
  const language = languageOf(request)
  const now = Math.floor(deps.clock.now())
  const { searchParams } = new URL(request.url)
  const theme = (["light", "dark"] as const).find((name) => embedded && name === searchParams.get("theme"))
  const visitor = deps.eligibility.visitors.read(client.header("cookie"))
  const asked = searchParams.get(ANSWER_PARAMETER)
  const read = deps.answers.read(poll.number, client.header("cookie"), asked, () => client.network())
  if (read && !read.byAddress && asked !== BY_COOKIE) return withoutAnswer(request)
  const answered = read && "standing" in read.answer ? ownVoteIn(poll, read.answer.standing) : null
  const isKnown = answered !== null && read?.isNew === true && isSettled(poll, answered)
  const stands = isKnown ? null : await readOwnVote(deps, poll, visitor, client, now)
  const standing = answered ? newerOf(answered, stands) : stands
  const counts = await countsOf(deps, poll, standing, now)
  // The browser followed the redirect and brought none of the cookies that came with it. Other addresses say nothing about it.
  const cookieless = read?.byAddress === true && !keepsCookies(client.header("cookie"))
  const answer = read === null ? undefined : (asked ?? undefined)
  const atStart = place === "start"
  const owner = visitor ?? deps.eligibility.visitors.create()
  const order = hasOwnOrders(poll) ? orderFor(poll, client, owner, visitor === null, embedded) : null
  const about = { poll, language, embedded, atStart, theme, now }
  const page = { ...about, counts, cookieless, answer, shown: order?.shown }
  const headers = withCookies(deps, client, owner, deps.headers.page(language, embedded))
  if (order?.setCookie) headers.append("set-cookie", order.setCookie)
  const { site, ballotPages, votedPages } = deps.sites.for(request)
  const refused = read && "refusal" in read.answer ? read.answer : null
  // The voter goes on from what was filled in.
  const draft = refused?.draft === undefined ? undefined : draftOf(poll, refused.draft)
  const goesOn = draft !== undefined && poll.policy === "changeable"
  if (standing && !goesOn) {
    const choosing = poll.policy === "changeable" && searchParams.has("change")
    // Hardly two voters get this page, as each has a receipt of its own.
    return new CompressibleBody(votedPages.page({ ...page, standing, choosing }), "quick").response(request, {
      headers,
    })
  }
  if (refused) {
    const { code, refusal } = refused
    const before = standing ? { standing, choosing: true } : {}
    const html = ballotPage(site, { ...page, ...before, code, refusal, draft })
    return compressedResponse(request, html, { headers })
  }
  const code = (searchParams.get("code") ?? "").slice(0, MAX_CODE_CHARACTERS)
  if (code === "") return ballotPages.page(page).response(request, { headers })
  return compressedResponse(request, ballotPage(site, { ...page, code }), { headers })
}

/** Nobody sees a ballot of a final poll any more, so that its page is the same for all. */
function hasOwnOrders({ order, state }: Poll): boolean {
  return order === "random" && state !== "final"
}

/** The options in the voter's own order, and the Set-Cookie header by which a frame will have the same one again; null for none. */
function orderFor(poll: Poll, client: Client, { id }: Visitor, isNew: boolean, embedded: boolean) {
  const { seed, setCookie } = embedded ? seedInFrame(client, id, isNew) : { seed: id, setCookie: null }
  return { shown: ownOrder(poll, seed), setCookie }
}

/** The browser keeps cookies after all, so that its address need not carry the answer. */
function withoutAnswer(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url)
  searchParams.set(ANSWER_PARAMETER, BY_COOKIE)
  return leadOn(`${pathname}?${searchParams}`, 303)
}

/** The vote of the form's answer; null where it is none of this poll, as one that an earlier version wrote. */
function ownVoteIn(
  poll: Poll,
  { said, ...answer }: Extract<FormAnswer, { standing: unknown }>["standing"],
): OwnVote | null {
  const choice = choiceOf(poll, said)
  return choice && { ...answer, ...choice }
}

/** Whether the inbox, which has just said that this vote stands, can say nothing else a moment later. */
function isSettled({ policy }: Poll, { status }: OwnVote): boolean {
  return policy === "final" && status !== "received"
}

/** The vote of the form's answer, unless the same voter has voted since. */
function newerOf(answered: OwnVote, stands: OwnVote | null): OwnVote {
  return stands === null || stands.receipt === answered.receipt ? answered : stands
}

/**
 * The own vote of a visitor who comes back; of a code it is not known before the code is typed. If it can't be read, the page does
 * without.
 */
async function readOwnVote(
  { polls, appenderFor, clock }: BallotDeps,
  poll: Poll,
  visitor: Visitor | null,
  client: Client,
  now: number,
): Promise<OwnVote | null> {
  if (visitor === null || poll.eligibility === "code" || votingPhase(poll, now) === "scheduled") return null
  const index = await polls.index().catch(() => null)
  const owner: Identity = { kind: "visitor", value: visitor.id }
  const voter =
    poll.eligibility === "network"
      ? { identity: { kind: "network", value: client.network() } as const, owner }
      : { identity: owner }
  return index && ownVoteOf(appenderFor(index.shards), poll, voter, index.shards, clock.way() ?? 0)
}

/** The counts that the page shows this reader beside the poll; null for none. If they can't be read, the page does without. */
async function countsOf(
  { tallies }: BallotDeps,
  poll: Poll,
  standing: OwnVote | null,
  now: number,
): Promise<Counts | null> {
  const { results, ballot } = poll
  const wanted = hasCounts({ results, ballot, phase: votingPhase(poll, now) }, standing !== null)
  if (!wanted || !mayShow(poll, standing?.receipt ?? null)) return null
  return tallies.read(poll.id).catch(() => null)
}
