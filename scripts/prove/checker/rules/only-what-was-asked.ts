/** Rule: what was only refused is not counted, and what nobody knows the outcome of at most once. */

import { maySay } from "../ballot-texts"
import type { Asked, Evidence, PollEvidence, VoterEvidence } from "../evidence"
import { mayForgetVoters } from "../faults-of"
import { isSamePlace } from "../place"
import { inSeconds } from "../verdict"
import { ballotsOf, callName, eachVoter, oksOf } from "./each-voter"

/**
 * A ballot in Postgres that no receipt names must be explained by a call of the same voter and option whose outcome is unknown.
 * Repetitions of one choice explain one ballot together. Legal beyond that: RabbitMQ keeps each repetition; and a call that lay
 * about may be taken once more after its voter chose anew, where it did not say what it replaces, or where the ballot of its
 * choice was lost meanwhile; the same where NATS had lost what it knows voters by.
 */
export function* onlyWhatWasAsked(evidence: Evidence): Generator<string> {
  for (const { poll, voter, name } of eachVoter(evidence)) {
    for (const call of oksOf(voter))
      if (!maySay(poll.made, call.option))
        yield `In ${name}, ${callName(call)} was taken, which no ballot of the poll may say.`
    yield* unexplained(evidence, poll, voter, name)
  }
  for (const { made, strangers } of evidence.polls.values())
    for (const stranger of strangers)
      yield `In poll ${made.poll} there is a vote of ${stranger}, who never sent one.`
}

function* unexplained(
  evidence: Evidence,
  { made }: PollEvidence,
  voter: VoterEvidence,
  name: string,
): Generator<string> {
  const named = voter.calls.flatMap(({ place }) => place ?? [])
  const others = ballotsOf(voter).filter((ballot) => !named.some((place) => isSamePlace(place, ballot)))
  for (const [option, ballots] of Map.groupBy(others, (ballot) => ballot.option)) {
    const calls = voter.calls.filter((call) => call.option === option && call.outcome !== "refused")
    if (calls.length === 0) {
      yield `In ${name}, a ballot for ${option} is counted, but ${whatWasAsked(voter, maySay(made, option))}.`
      continue
    }
    const choices = [...Map.groupBy(calls, ({ ballot }) => ballot).values()]
    const allowed = choices.reduce((sum, repetitions) => sum + explainedBy(repetitions, evidence), 0)
    if (ballots.length > allowed)
      yield `In ${name}, ${ballots.length} ballots for ${option} that no answer names are counted, but the ${calls.length} calls from ${inSeconds(calls[0]?.invoked ?? 0)} on explain ${allowed}.`
  }
}

function whatWasAsked({ refused, calls }: VoterEvidence, isPossible: boolean): string {
  if (!isPossible) return "no ballot of the poll may say that"
  const refusals = refused + calls.filter(({ outcome }) => outcome === "refused").length
  return refusals > 0 ? `each call for it was refused (${refusals} of its calls were)` : "nobody asked for it"
}

/** How many ballots that no answer names the calls of one choice explain. */
function explainedBy(repetitions: Asked[], evidence: Evidence): number {
  const unknown = repetitions.filter(({ outcome }) => outcome === "unknown")
  const oks = repetitions.filter(({ outcome }) => outcome === "ok")
  const mayComeLate =
    evidence.inbox === "rabbitmq" ||
    unknown.some(({ invoked }) => mayForgetVoters(evidence, invoked)) ||
    unknown.some(({ replaces }) => replaces === null) ||
    oks.some(({ fate }) => fate === "lost" || fate === "unasked")
  if (mayComeLate) return unknown.length
  return oks.length > 0 ? 0 : Math.min(1, unknown.length)
}
