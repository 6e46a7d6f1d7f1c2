/** Casts one ballot: makes a voter of a person, appends the ballot to the voter's shard, and says what the inbox's answer means. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import {
  ABSTENTION,
  type Choice,
  type ChoiceProblem,
  choiceOf,
  choiceProblem,
  chosenOf,
  nameOf,
  saysOneOption,
  textOf,
} from "@tallyroom/lib/ballots/choice"
import { readReceipt, writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { Problem, shown } from "@tallyroom/lib/errors"
import { type AppendAnswer, type Appender, termsOf } from "@tallyroom/lib/inbox/contract"
import { type Poll, SLUG } from "@tallyroom/lib/polls/poll"
import type { Span } from "@tallyroom/lib/tracing/tracing"
import type { PollReading } from "../polls/poll-cache"
import { pollUnknown } from "../polls/poll-problems"
import type { Identified } from "../voter/eligibility"
import { ownerOf, voterOf } from "../voter/voters"

/**
 * The vote that stands after a ballot. `received`: whether the ballot stands will be known once it is counted. `stands`: an
 * earlier ballot of the same voter stands, with this choice, and this one was not taken.
 */
export type VoteOutcome = Choice & {
  status: "accepted" | "received" | "same" | "stands"
  poll: string
  receipt: string
}

/** The voter's own vote, as the page of its poll shows it. `changed`: it stands, as it is newer than the ballot that was just sent. */
export type OwnVote = Choice & { status: VoteOutcome["status"] | "changed"; receipt: string }

/** A ballot as its voter filled it in. */
export type FilledIn = {
  choice: Choice
  /** The receipt of the vote that it is to replace, as far as the voter knows, or NO_VOTE; null where nothing was said. */
  replaces: string | null
  /** Whether the client has hung up. */
  isAbandoned: () => boolean
}

/** What a client says that knows of no vote yet. */
const NO_VOTE = "none"

/**
 * @param inbox with this many shards
 * @param span of the request, where it is traced
 * @throws {Problem} when the ballot was refused
 * @throws {InboxAway} when it is not known whether the ballot was taken; the same ballot may be cast again
 * @throws {ClientGone} when the client has hung up: the ballot was not taken
 * @throws {StaleTerms} when the poll must be read anew first
 */
export async function castBallot(
  inbox: { appender: Appender; shards: number },
  poll: PollReading,
  { choice, replaces, isAbandoned }: FilledIn,
  { identity, owner }: Pick<Identified, "identity" | "owner">,
  span: Span | null = null,
): Promise<VoteOutcome> {
  const option = textFor(poll, choice)
  const voter = voterOf(poll.salt, identity)
  const shard = shardOf(voter, inbox.shards)
  const appending = span?.child("append ballot", "producer", { attributes: { "tallyroom.shard": shard } })
  const appended = inbox.appender.append({
    shard,
    pollId: poll.id,
    poll,
    pollAskedAt: poll.askedAt,
    voter,
    option,
    terms: termsOf(poll),
    replaces: identity.kind === "network" ? undefined : placeOf(replaces, poll, voter),
    ...(owner && { owner: ownerOf(poll.salt, owner) }),
    isAbandoned,
    ...(appending && { traceparent: appending.traceparent }),
  })
  const answer = await (appending ? appended.finally(() => appending.end()) : appended)
  if (answer.kind === "stale") throw new StaleTerms(`the poll ${poll.id} has changed`)
  if (answer.kind === "too-soon") throw tooSoon(poll, answer.waitMs)
  if ("position" in answer) {
    const receipt = writeReceipt(poll.salt, { shard, position: answer.position, voter })
    const standing = choiceBy(poll, "option" in answer ? answer.option : option)
    if (answer.kind === "changed") throw voteChanged(poll, standing, receipt)
    return { status: answer.kind, poll: poll.id, ...standing, receipt }
  }
  throw refusal(answer.kind, poll, option)
}

/** Nobody but an intruder has a text stand in the inbox that is none of the poll's. */
function choiceBy(poll: Poll, text: string): Choice {
  if (saysOneOption(poll) && text !== ABSTENTION) return { option: text }
  return choiceOf(poll, text) ?? { option: text }
}

/** @throws {Problem} option-unknown, or ballot-invalid for a ballot that breaks the limits of the poll */
function textFor(poll: Poll, choice: Choice): string {
  // Redis decides whether the poll has this option, by a list that is divided by commas: so only an id may be asked for.
  if (saysOneOption(poll) && "option" in choice && SLUG.test(choice.option)) return choice.option
  const text = textOf(poll, choice)
  if (text !== null) return text
  const problem = choiceProblem(poll, choice)
  const named = chosenOf(choice).length
  // As before there were methods, when a form with two options could not be read.
  if (saysOneOption(poll) && named > 1) {
    const detail = `The poll ${poll.id} takes one option a ballot, and this one names ${named}.`
    throw new Problem("request-malformed", detail)
  }
  throw problem?.kind === "unknown"
    ? optionUnknown(poll, problem.option)
    : new Problem("ballot-invalid", describe(poll, problem))
}

/** How a ballot of each method is sent. */
const SENT_AS = {
  choose: 'send "option", or "options"',
  rank: 'send "ranking", the best option first',
  rate: 'send "ratings", a number by option',
  decide: 'send "answers", "yes" or "no" by option',
} as const

/** What a ballot does with options, by its method. */
const VERBS = { choose: "Choose", rank: "Rank", rate: "Rate", decide: "Answer" } as const

/** What a ballot must do that may not abstain, by its method. */
const INSTEAD = {
  choose: "choose an option",
  rank: "rank an option",
  rate: "rate an option",
  decide: "answer yes or no to a motion",
} as const

function describe(poll: Poll, problem: Exclude<ChoiceProblem, { kind: "unknown" }> | null): string {
  switch (problem?.kind) {
    case "too-many":
    case "too-few": {
      const verb = VERBS[poll.ballot.method]
      const limit = problem.kind === "too-many" ? "at most" : "at least"
      return `${verb} ${limit} ${problem.limit}; this ballot has ${problem.chosen}.`
    }
    case "twice":
      return `The option ${shown(problem.option)} is named twice: name it once.`
    case "no-rating":
      return `The option ${shown(problem.option)} takes a whole number from 0 to ${problem.highest}.`
    case "other-method":
      return `The poll ${poll.id} takes ballots that ${poll.ballot.method}: ${SENT_AS[poll.ballot.method]}.`
    default:
      return `The poll ${poll.id} takes no abstention: ${INSTEAD[poll.ballot.method]}.`
  }
}

/**
 * The place of the vote that a ballot is to replace; null for none. Undefined where that is not said, or by a receipt of another
 * voter, as where one browser votes with several codes. All people on a network share one vote and don't know of each other's:
 * there the last ballot that comes stands.
 */
function placeOf(replaces: string | null, poll: Poll, voter: string): Position | null | undefined {
  if (replaces === null) return undefined
  if (replaces === NO_VOTE) return null
  const receipt = readReceipt(poll.salt, replaces)
  return receipt?.voter === voter ? receipt.position : undefined
}

/** The vote that stands goes with it, so that the voter can choose anew from there. */
function voteChanged({ id }: Poll, standing: Choice, receipt: string): Problem {
  const detail = `This voter has changed the vote in the poll ${id} since: ${nameOf(standing)} stands, and this older ballot changes nothing.`
  return new Problem("vote-changed", detail, { members: { poll: id, ...standing, receipt } })
}

/** Somebody else came with this code, or from this network: of that vote nothing is told, neither its option nor its receipt. */
function votedAlready({ id, eligibility }: Poll): Problem {
  const detail =
    eligibility === "code"
      ? `This code was used already in the poll ${id}, which takes one vote a code: who voted with it has its receipt, and the host can give another code.`
      : `A vote from this network is in already in the poll ${id}, which takes one vote a network.`
  return new Problem("vote-stands", detail)
}

/** The voter's eligibility was checked against an old copy of the poll. */
export class StaleTerms extends Error {
  override readonly name = "StaleTerms"
}

function tooSoon({ id }: Poll, waitMs: number): Problem {
  const detail = `The vote of this voter in the poll ${id} was cast just now: send the new one again in a moment.`
  return new Problem("vote-too-soon", detail, { retryAfter: Math.ceil(waitMs / 1_000) })
}

type Refusal = Exclude<AppendAnswer["kind"], OwnVote["status"] | "stale" | "too-soon">

function refusal(kind: Refusal, poll: Poll, option: string): Problem {
  switch (kind) {
    case "option-unknown":
      return optionUnknown(poll, option)
    case "poll-unknown":
      return pollUnknown(poll.id)
    case "closed":
      return new Problem("poll-closed", `The poll ${poll.id} is closed: it takes no more votes.`)
    case "paused":
      return new Problem("poll-paused", `Voting in the poll ${poll.id} is paused: vote once it goes on.`)
    case "not-open": {
      const opensAt = poll.opensAt?.toISOString() ?? null
      const when = opensAt === null ? "vote once it opens" : `vote from ${opensAt} on`
      return new Problem("poll-not-open", `The poll ${poll.id} is not open yet: ${when}.`, {
        members: { opensAt },
      })
    }
    case "voted":
      return votedAlready(poll)
    case "newer":
      return new Problem("vote-changed", `A newer vote by this code stands in the poll ${poll.id}.`)
    case "full":
      return new Problem(
        "inbox-full",
        "Too many votes are waiting to be counted: send the same vote again.",
        {
          retryAfter: 1,
        },
      )
  }
}

function optionUnknown(poll: Poll, option: string): Problem {
  return new Problem(
    "option-unknown",
    `The poll ${poll.id} has no option ${shown(option)}: choose one of its own.`,
  )
}
