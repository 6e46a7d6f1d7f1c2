/** Casts a vote, from the request to the outcome; forms and JSON share this. */

import { Problem } from "@tallyroom/lib/errors"
import { refuseCrossSite } from "@tallyroom/lib/http/cross-site"
import { type Appender, ClientGone, InboxAway } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Span, Tracing } from "@tallyroom/lib/tracing/tracing"
import type { Metrics } from "../metrics"
import type { PollCache } from "../polls/poll-cache"
import { defaultPoll } from "../polls/poll-problems"
import type { Client } from "../voter/client"
import { type EligibilityDeps, identify } from "../voter/eligibility"
import type { BallotRequest } from "./ballot-request"
import { castBallot, StaleTerms, type VoteOutcome } from "./cast-ballot"

export type CastVoteDeps = {
  polls: Pick<PollCache, "index" | "poll" | "forget">
  /** By request, the cookie of a new visitor whose vote failed. The answer that tells of the failure sets it. */
  unsentCookies: WeakMap<Request, string>
  appenderFor: (shards: number) => Appender
  eligibility: EligibilityDeps
  metrics: Pick<Metrics, "ballot">
  /** Null, or absent, where nothing is traced. */
  tracing?: Tracing | null
  /** Is called with the reason why a vote could not be taken, which clients are not told. */
  onInboxAway: (error: Error) => void
  publicOrigins: string[]
}

/** The copy of the poll that a vote goes by: one that may be a second old, or one that was read for this vote. */
type Reading = "known" | "fresh"

/** The answers by which a trace shows that something went wrong with us. */
const FAILURES: ReadonlySet<string> = new Set(["internal", "inbox-away", "inbox-full"])

export type CastVote = { poll: Poll; outcome: VoteOutcome; setCookie: string | null }

/**
 * Casts one vote, and counts the outcome in the metrics.
 * @param pollId null for the default poll
 * @param read reads the ballot from the request's body
 * @throws {Problem} when the vote was refused; @throws {InboxAway} when it is not known whether it was taken
 * @throws {ClientGone} when the client has hung up, so that it was not taken
 */
export async function castVote(
  deps: CastVoteDeps,
  pollId: string | null,
  client: Client,
  read: (request: Request) => Promise<BallotRequest>,
): Promise<CastVote> {
  const start = performance.now()
  const span = deps.tracing?.begin("POST ballot", "server") ?? null
  let answer: string = "internal"
  try {
    const voted = await takeVote(deps, pollId, client, read, span)
    answer = voted.outcome.status
    return voted
  } catch (error) {
    if (error instanceof Problem) answer = error.kind
    else if (error instanceof InboxAway) {
      answer = error.isFull ? "inbox-full" : "inbox-away"
      deps.onInboxAway(error)
    } else if (error instanceof ClientGone) answer = "client-gone"
    throw error
  } finally {
    deps.metrics.ballot(answer, (performance.now() - start) / 1_000)
    span?.end({
      attributes: { "tallyroom.answer": answer },
      failure: FAILURES.has(answer) ? answer : undefined,
    })
  }
}

async function takeVote(
  deps: CastVoteDeps,
  pollId: string | null,
  client: Client,
  read: (request: Request) => Promise<BallotRequest>,
  span: Span | null,
): Promise<CastVote> {
  refuseCrossSite(client.request, deps.publicOrigins)
  const ballot = await read(client.request)
  try {
    return await takeBallot(deps, pollId, client, ballot, "known", span)
  } catch (error) {
    if (!(error instanceof StaleTerms)) throw error
    return takeBallot(deps, pollId, client, ballot, "fresh", span).catch(awayIfStale)
  }
}

/** The terms of a poll do not change twice during one vote, unless the copy in Redis is garbage. */
function awayIfStale(error: Error): never {
  throw error instanceof StaleTerms ? new InboxAway(error.message, { cause: error }) : error
}

async function takeBallot(
  deps: CastVoteDeps,
  pollId: string | null,
  client: Client,
  ballot: BallotRequest,
  reading: Reading,
  span: Span | null,
): Promise<CastVote> {
  const [index, poll] = await pollAndIndex(deps.polls, pollId)
  // Only now, as what a path names may be anything.
  span?.set({ "tallyroom.poll": poll.id })
  requireSamePoll(poll, ballot, deps.polls, reading)
  const voter = identify(deps.eligibility, poll, ballot.code, client)
  const { setCookie } = voter
  const inbox = { appender: deps.appenderFor(index.shards), shards: index.shards }
  const { request } = client
  const filledIn = {
    choice: ballot.choice,
    replaces: poll.policy === "changeable" ? (ballot.replaces ?? client.header("replaces")) : null,
    isAbandoned: () => request.signal.aborted,
  }
  try {
    return { poll, outcome: await castBallot(inbox, poll, filledIn, voter, span), setCookie }
  } catch (error) {
    if (error instanceof StaleTerms) deps.polls.forget(poll.id)
    // A browser that sends the same ballot again must be the same visitor.
    else if (setCookie !== null) deps.unsentCookies.set(request, setCookie)
    throw error
  }
}

/** A ballot counts only for the very poll that its voter saw, and for the wording that the voter read. */
function requireSamePoll(
  poll: Poll,
  ballot: BallotRequest,
  polls: Pick<PollCache, "forget">,
  reading: Reading,
): void {
  const refusal = changeSince(ballot, poll)
  if (refusal === null) return
  if (reading !== "known") throw refusal
  polls.forget(poll.id)
  throw new StaleTerms(`the poll ${poll.id} is not the one that the ballot was filled in for`)
}

/** The problem that the poll has changed since its page was opened; null if the ballot shows no such change. */
function changeSince(read: BallotRequest, { id, number, words }: Poll): Problem | null {
  if (read.number !== undefined && read.number !== number) {
    const was = read.number > number ? `never had the number ${read.number}` : "was deleted and made anew"
    return new Problem("poll-unknown", `The poll ${id} ${was}: open its page again.`)
  }
  if (read.words === undefined || read.words === words) return null
  const detail = `What the poll ${id} asks has changed since its page was opened: open it again and choose.`
  return new Problem("poll-changed", detail)
}

/** Both are read at the same time where that is possible, so that an outage is waited for only once. */
async function pollAndIndex(polls: Pick<PollCache, "index" | "poll">, pollId: string | null) {
  if (pollId !== null) return Promise.all([polls.index(), polls.poll(pollId)])
  const index = await polls.index()
  return [index, await polls.poll(defaultPoll(index))] as const
}
