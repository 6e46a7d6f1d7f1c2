/** Rule: each ballot that was answered ok is counted exactly once, or named lost, and the losses are those of the books. */

import type { Held } from "../../record/record"
import type { Asked, Evidence, PollEvidence, VoterEvidence } from "../evidence"
import { hadForgottenVoters, mayBeLost, wentBackFrom } from "../faults-of"
import { isSamePlace } from "../place"
import { ballotsOf, callName, eachVoter, oksOf, placeName } from "./each-voter"

/**
 * The place that the receipt of an ok answer names stands in Postgres once, with the option of the call. A ballot that is nowhere
 * must be named lost by the product, and some fault must have been able to lose it. What is lost is what the books say.
 *
 * Legal and no finding: a ballot that RabbitMQ keeps (202) and counting finds to be late, as its voter's vote stands; the same
 * for one that NATS took just after its stream was emptied.
 */
export function* countedOnce(evidence: Evidence): Generator<string> {
  for (const { poll, voter, name } of eachVoter(evidence)) {
    for (const call of oksOf(voter)) {
      const wrong = wrongFate(evidence, call, voter)
      if (wrong !== null) yield `In ${name}, ${callName(call)} ${wrong}.`
    }
    for (const twice of countedTwice(evidence, poll, voter)) yield `In ${name}, ${twice}.`
  }
  yield* lossesOfTheBooks(evidence)
}

function wrongFate(evidence: Evidence, call: Asked, voter: VoterEvidence): string | null {
  const { place } = call
  if (place === null) return "has no receipt of its voter in this poll"
  if (call.stands !== null && call.stands !== call.option) return `was told that it says ${call.stands}`
  const told = call.said ?? "nothing, as nobody asked"
  switch (call.fate) {
    case "counted":
    case "replaced": {
      const found = ballotsOf(voter).find((ballot) => isSamePlace(ballot, place))
      if (found && found.option !== call.option) return `is counted for ${found.option}`
      const isWrong = told === "pending" || told === "lost" || (call.fate === "counted" && told === "late")
      return isWrong ? `is ${call.fate} in Postgres, but its receipt says ${told}` : null
    }
    case "copy":
    case "unasked":
      return null
    case "late":
      return mayBeLate(evidence, call, voter) ? null : "was set aside as late and is not counted"
    case "lost":
      return mayBeLost(evidence, call.invoked) ? null : "is lost, although no fault could lose it"
    default:
      return `is nowhere in Postgres (place ${placeName(place)}), and its receipt says ${told}`
  }
}

/** Another vote of this voter must stand: which one, another rule tells. */
export function mayBeLate(
  evidence: Evidence,
  call: Pick<Asked, "invoked" | "answered">,
  { standing }: Pick<VoterEvidence, "standing">,
): boolean {
  if (standing === null) return false
  return evidence.inbox === "rabbitmq" || hadForgottenVoters(evidence, call)
}

/** A Postgres that went back counts the streams of brokers again, where a ballot may be repeated. */
function* countedTwice(evidence: Evidence, { made }: PollEvidence, voter: VoterEvidence): Generator<string> {
  if (voter.replaced.length === 0) return
  if (made.policy === "final") yield `${voter.replaced.length} votes were replaced, which are final`
  if (evidence.inbox !== "redis" && Number.isFinite(wentBackFrom(evidence))) return
  const places = new Set<string>()
  for (const ballot of ballotsOf(voter)) {
    const place = placeName(ballot)
    if (places.has(place)) yield `the ballot at ${place} for ${ballot.option} stands in Postgres twice`
    places.add(place)
  }
}

function* lossesOfTheBooks(evidence: Evidence): Generator<string> {
  const canLose = mayBeLost(evidence, 0)
  if (!canLose && evidence.setbacks > 0)
    yield `Postgres is said to have gone back ${evidence.setbacks} times, although no fault could set it back.`
  for (const { poll: id, lost } of evidence.books) {
    const poll = evidence.polls.get(id)
    if (!poll?.row) continue
    const { least, known, most } = lossesOf(poll, evidence.held)
    // A worker may know of a ballot that no replica had when the master died, and that nobody was answered for.
    if (lost > 0 && !canLose && !evidence.hasReplicas)
      yield `The books of poll ${id} have ${lost} as lost, although no fault could lose any.`
    if (lost < known && !mayNotBeTold(evidence))
      yield `${known} ballots of poll ${id} that were answered ok by vote apps that live on are lost, but its books say ${lost}.`
    else if (lost < least && !mayBookLess(evidence, poll.row.lostAtLeast))
      yield `${least} ballots of poll ${id} that were answered ok are lost, but its books say ${lost}.`
    if (lost > most)
      yield `The books of poll ${id} say that ${lost} are lost, but at most ${most} can be: ${least} were answered ok, and ${most - least} calls have no answer.`
  }
}

/**
 * What nobody but the store knew is not in the books. Vote counts for a broker what it answered, and a vote process that is killed
 * takes half a second of that with it.
 */
function mayBookLess(evidence: Evidence, lostAtLeast: boolean): boolean {
  if (evidence.faults.some(({ harm }) => harm === "unseen")) return true
  return lostAtLeast || (evidence.inbox !== "redis" && Number.isFinite(wentBackFrom(evidence)))
}

/** A broker is not told by vote what it lacks, and a Postgres that goes back forgets what it was told. */
function mayNotBeTold(evidence: Evidence): boolean {
  return evidence.inbox !== "redis" || Number.isFinite(wentBackFrom(evidence))
}

/**
 * `least`: lost ballots with a receipt; `known`: those of them that a vote app answered which lived on, and so could tell of them;
 * `most`: together with all that may have been taken without an answer.
 */
function lossesOf(
  { voters }: PollEvidence,
  held: readonly Held[],
): { least: number; known: number; most: number } {
  let [least, known] = [0, 0]
  /** Calls of which nobody knows whether they were taken, or lost. */
  let unknown = 0
  for (const voter of voters.values()) {
    const places = new Map<string, boolean>()
    for (const { fate, place, outcome, replica, answered } of voter.calls) {
      if (outcome === "unknown" || fate === "unasked") unknown++
      // What is missing altogether is a finding by itself; here it must not make the books look wrong, too.
      if ((fate === "lost" || fate === "missing") && place) {
        const name = placeName(place)
        places.set(name, places.get(name) === true || livedOn(held, `vote ${replica}`, answered))
      }
    }
    least += places.size
    known += [...places.values()].filter(Boolean).length
  }
  return { least, known, most: least + unknown }
}

/** Whether the process that was there at a time was there to the end: all later samples, and the last one before, have one pid. */
function livedOn(held: readonly Held[], name: string, since: number): boolean {
  const samples = held.filter(({ process }) => process === name)
  const before = samples.findLastIndex(({ at }) => at <= since)
  return new Set(samples.slice(Math.max(0, before)).map(({ pid }) => pid)).size === 1
}
