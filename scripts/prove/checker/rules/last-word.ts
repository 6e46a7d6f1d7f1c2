/** Rule: the vote that stands is the last one that was acknowledged; where votes are final, the first. */

import type { Asked, CountedBallot, Evidence, VoterEvidence } from "../evidence"
import { hadForgottenVoters, mayBeLost, mayForgetVoters } from "../faults-of"
import { isBefore, isSamePlace } from "../place"
import { mayBeLate } from "./counted-once"
import { callName, eachVoter, oksOf, placeName } from "./each-voter"

/**
 * A voter asks for one thing after another, so the last ok answer that was not lost is the last word. Legal beside it: a call
 * with an unknown outcome that came after it; or one that came before and lay about, if it did not say what it replaces, or
 * replaces nothing older than the last word. Whoever was told that another vote stands was told of the one in Postgres.
 */
export function* lastWordStands(evidence: Evidence): Generator<string> {
  for (const { poll, voter, name } of eachVoter(evidence)) {
    const isFinal = poll.made.policy === "final"
    const wrong = isFinal ? wrongFirst(evidence, voter) : wrongLast(evidence, voter)
    if (wrong !== null) yield `In ${name}, ${wrong}.`
    for (const answer of wentBackInAnswers(evidence, voter)) yield `In ${name}, ${answer}.`
    for (const refusal of wronglyRefused(evidence, voter)) yield `In ${name}, ${refusal}.`
  }
}

/** Also where it is nowhere: that is a finding of another rule, and perhaps one of this. */
const isThere = ({ fate }: Asked) => fate !== "lost" && fate !== "unasked"

/** Of a final vote: the first ok answer tells which. A broker may find later that one came before which had no answer. */
function wrongFirst(evidence: Evidence, voter: VoterEvidence): string | null {
  const { standing } = voter
  const oks = oksOf(voter).filter(isThere)
  const [first] = oks
  if (!standing || !first) return null
  // Of calls at the same time either may have been the first.
  const answered = Math.min(...oks.map((call) => call.answered))
  const firsts = voter.calls.filter(({ invoked }) => invoked <= answered)
  if (firsts.some((call) => isThere(call) && names(evidence, call, standing))) return null
  const isExplained =
    mayBeLate(evidence, first, voter) &&
    firsts.some(({ outcome, option }) => outcome === "unknown" && option === standing.option)
  return isExplained ? null : `${standsHere(standing)}, but the first acknowledged is ${callName(first)}`
}

function wrongLast(evidence: Evidence, voter: VoterEvidence): string | null {
  const { standing } = voter
  const oks = oksOf(voter).filter(isThere)
  const last = oks.at(-1)
  if (!standing || !last) return null
  // Of calls at the same time either may have been the last.
  const lasts = oks.filter(({ answered }) => answered >= last.invoked)
  if (lasts.some((call) => names(evidence, call, standing))) return null
  if (loseToClock(evidence, voter, last)) return null
  const isNamed = oksOf(voter).some(({ place }) => place !== null && isSamePlace(place, standing))
  const isExplained = voter.calls.some(
    (call) =>
      call.outcome === "unknown" &&
      call.option === standing.option &&
      mayDisplace(evidence, voter, call, last),
  )
  if (!isNamed && isExplained) return null
  return `${standsHere(standing)}, but the last acknowledged is ${callName(last)}`
}

/** Whether the answer to a call names the vote that stands. RabbitMQ keeps each repetition, of which any may stand. */
function names({ inbox }: Evidence, { place, option }: Asked, standing: CountedBallot): boolean {
  // An answer without a good receipt is a finding of another rule.
  if (place === null) return false
  return isSamePlace(place, standing) || (inbox === "rabbitmq" && option === standing.option)
}

function standsHere(standing: CountedBallot): string {
  return `a vote for ${standing.option} stands (place ${placeName(standing)})`
}

/** Whether a call without an answer may stand in the place of the last word. */
function mayDisplace(evidence: Evidence, voter: VoterEvidence, call: Asked, last: Asked): boolean {
  if (call.invoked > last.invoked || call.replaces === null) return true
  if (!oksOf(voter).every(isThere)) return true
  if (mayForgetVoters(evidence, last.invoked)) return true
  // RabbitMQ's ballots say no more than up to which millisecond their client knew of votes.
  if (evidence.inbox === "rabbitmq")
    return call.replaces.ms >= (last.replaces?.ms ?? last.place?.ms ?? Number.POSITIVE_INFINITY)
  return last.place !== null && !isBefore(call.replaces, last.place)
}

/** Documented: at RabbitMQ a change that does not say what it replaces loses while Redis's clock is set back. */
function loseToClock({ inbox, faults }: Evidence, voter: VoterEvidence, last: Asked): boolean {
  const isMoved = faults.some(({ name, note }) => /clock/i.test(`${name} ${note}`))
  return inbox === "rabbitmq" && isMoved && oksOf(voter).length > 1 && last.replaces === null
}

/** Each answer names a vote that is as new as the one before it, or the same; NATS must know that one to date the next after it. */
function* wentBackInAnswers(evidence: Evidence, voter: VoterEvidence): Generator<string> {
  if (evidence.inbox === "rabbitmq" || voter.calls.length < 2) return
  const oks = oksOf(voter)
  if (!oks.every(isThere)) return
  for (const [i, call] of oks.entries()) {
    const before = oks[i - 1]
    if (hadForgottenVoters(evidence, call)) continue
    if (before?.place && call.place && before.answered < call.invoked && isBefore(call.place, before.place))
      yield `${callName(call)} was given the receipt of an older vote than ${callName(before)}`
  }
}

function* wronglyRefused(evidence: Evidence, voter: VoterEvidence): Generator<string> {
  for (const call of voter.calls) {
    const { stands, problem, outcome } = call
    if (outcome !== "refused" || stands === null) continue
    if (problem === "vote-stands" && voter.standing?.option === stands) continue
    const asked = voter.calls.some(
      (it) => it.outcome !== "refused" && it.option === stands && it.invoked <= call.answered,
    )
    const told = `${callName(call)} was told that ${stands} stands`
    if (!asked) yield `${told}, for which its voter never asked before`
    else if (problem === "vote-stands" && !mayBeLost(evidence, 0))
      yield `${told}, but in Postgres it is ${voter.standing?.option ?? "none"}`
  }
}
