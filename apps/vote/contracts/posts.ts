/** GET and POST /vote and GET /vote-counts of the posts contract: up- and downvotes of a post by its number. */

import { nameOf } from "@tallyroom/lib/ballots/choice"
import { pollOfPost } from "@tallyroom/lib/contracts/posts"
import { Problem } from "@tallyroom/lib/errors"
import type { TrustedProxies } from "@tallyroom/lib/http/address"
import { refuseOtherSites } from "@tallyroom/lib/http/cross-site"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { AnyElysia } from "elysia"
import { type CastVote, type CastVoteDeps, castVote } from "../casting/cast-vote"
import { isPollMissing } from "../polls/poll-problems"
import type { Tallies } from "../polls/tallies"
import { mayShow } from "../polls/tally-visibility"
import { Client } from "../voter/client"
import type { FirstVotes } from "./first-votes"
import { optionOf, type PostVote, readPostId, readPostVote } from "./post-request"
import { refuseSentAhead } from "./sent-ahead"

const HEADERS = { ...apiHeaders, "cache-control": "no-store" }
/** Elysia would answer a HEAD by the route of GET, and so it would vote. */
const METHODS = ["GET", "POST"]
const STATUS = { accepted: 201, received: 202, same: 200 } as const

export type PostDeps = CastVoteDeps & { tallies: Pick<Tallies, "read">; trustedProxies: TrustedProxies }

export function postRoutes(deps: PostDeps, firstVotes: FirstVotes): <App extends AnyElysia>(app: App) => App {
  const options = { parse: "none", detail: { hide: true } } as const
  return (app) => {
    app.get(
      "/vote",
      ({ request, server }) => votePost(deps, firstVotes, new Client(request, server, deps.trustedProxies)),
      options,
    )
    app.post(
      "/vote",
      ({ request, server }) => votePost(deps, firstVotes, new Client(request, server, deps.trustedProxies)),
      options,
    )
    app.all("/vote", ({ request }) => Promise.reject(noVote(request)), options)
    app.get("/vote-counts", ({ request }) => voteCounts(deps, firstVotes, request), options)
    return app
  }
}

async function votePost(deps: PostDeps, firstVotes: FirstVotes, client: Client): Promise<Response> {
  const { request } = client
  if (request.method === "HEAD") throw noVote(request)
  refuseSentAhead(request)
  refuseOtherSites(request, deps.publicOrigins)
  const asked = await readPostVote(request)
  const option = optionOf((await firstVotes.posts()).scores, asked.score)
  return answer(asked, await castOnPost(deps, firstVotes, client, pollOfPost(asked.postId), option))
}

/** Another process may have created the poll just now, so that not every shard knows it yet: then `make` waits for them. */
async function castOnPost(
  deps: PostDeps,
  firstVotes: FirstVotes,
  client: Client,
  poll: string,
  option: string,
): Promise<CastVote> {
  const read = async () => ({ choice: { option } })
  if (!(await firstVotes.isThere(poll))) await firstVotes.make(poll, client.network())
  try {
    return await castVote(deps, poll, client, read)
  } catch (error) {
    if (!isPollMissing(error)) throw error
    await firstVotes.make(poll, client.network())
    return castVote(deps, poll, client, read).catch(awayIfMissing)
  }
}

function awayIfMissing(error: Error): never {
  throw isPollMissing(error) ? new InboxAway("a poll came and went", { cause: error }) : error
}

function answer({ postId }: PostVote, { outcome, setCookie }: CastVote): Response {
  if (outcome.status === "stands") {
    const detail = `This voter chose ${nameOf(outcome)} for the post ${postId}, and a vote can't be changed any more.`
    throw new Problem("vote-stands", detail)
  }
  const body = { status: "success", postId: Number(postId), vote: nameOf(outcome) }
  const response = Response.json(body, { status: STATUS[outcome.status], headers: HEADERS })
  if (setCookie !== null) response.headers.append("set-cookie", setCookie)
  return response
}

/** A post on which nobody has voted yet has no poll, and its counts are 0. */
async function voteCounts(deps: PostDeps, firstVotes: FirstVotes, request: Request): Promise<Response> {
  const postId = readPostId(request)
  const poll = pollOfPost(postId)
  const isThere = await firstVotes.isThere(poll)
  const { upvote = 0, downvote = 0 } = isThere ? await votesOf(deps, firstVotes, poll) : {}
  const counts = { postId: Number(postId), upvotes: upvote, downvotes: downvote }
  return Response.json(counts, { headers: HEADERS })
}

async function votesOf(
  { polls, tallies }: PostDeps,
  firstVotes: FirstVotes,
  poll: string,
): Promise<Record<string, number>> {
  requireShown(await polls.poll(poll))
  try {
    return (await tallies.read(poll)).votes
  } catch (error) {
    if (!(error instanceof InboxAway && (await firstVotes.isCounted(poll)))) throw error
    return (await tallies.read(poll)).votes
  }
}

/** @throws {Problem} results-hidden when an admin has hidden the results of this post */
function requireShown(poll: Poll): void {
  if (mayShow(poll, null)) return
  throw new Problem(
    "results-hidden",
    `The results of ${poll.id} are not public now: come back once it is closed.`,
  )
}

function noVote({ method }: Request): Problem {
  const detail = `${method} does not vote: use one of ${METHODS.join(", ")}.`
  return new Problem("method-unknown", detail, { members: { allow: METHODS } })
}
