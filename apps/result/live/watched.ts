/** A poll that somebody watches, and what its viewers know of it already. */

import type { Tally } from "@tallyroom/lib/polls/tallies"
import { AUDIENCES, type Audience, seesCounts } from "@tallyroom/lib/polls/visibility"
import type { ShownOutcome } from "../outcome/outcome-reads"
import { numbersOf } from "../tally/numbers"
import { snapshotOf, versionOf } from "../tally/snapshot"
import { differInVotesAlone } from "../tally/version"
import type { LiveMessage } from "./live-message"

/** `whole`: each message is a snapshot, as it was for every viewer at first. `numbers`: whoever has the rest gets numbers alone. */
const FORMS = ["whole", "numbers"] as const
export type Form = (typeof FORMS)[number]

/** Those who are sent the same messages. */
export type Circle = {
  audience: Audience
  form: Form
  viewers: number
  /** The version that they were last sent. */
  sent: number
  /** Whether there is an outcome that they were not sent. */
  owedOutcome: boolean
  /** Before this moment they are sent no other (ms of performance.now()). */
  notBefore: number
  /** What the last one who came was sent, and of what it was made: a crowd that comes at once is sent the same. */
  welcome: { latest: Tally; outcome: ShownOutcome | null; isKnown: boolean; text: string } | null
}

/** The trace of a ballot whose tally was read: when the change was noted, and the read began and ended (ms of performance.now()). */
export type ReadTrace = { traceparent: string; notedAt: number; readFrom: number; readTo: number }

export type Watched = {
  circles: Circle[]
  latest: Tally
  /** What the rankings decide, as far as it is known; it may be of an earlier tally. */
  outcome: ShownOutcome | null
  /** At this moment `latest` was right for certain (ms of performance.now()). */
  knownAt: number
  /** Whether its viewers were told how old their numbers are, and nothing since. */
  isToldOld: boolean
  /** When a change was noted that the viewers have not been told of (ms of performance.now()); null without one. */
  changedAt: number | null
  /** When the first ballot was accepted of those that the viewers have not seen counted (ms, the inbox's clock); null without one. */
  acceptedSince: number | null
  /** Traces of ballots that the tally counts, in two steps: the next read has them, or a read had them and no viewer was told yet. */
  traces: { heard: string[]; read: ReadTrace[] }
  /** The poll is not read again before this moment (ms of performance.now()). */
  notBefore: number
  /** Fires when the next scheduled moment passes. */
  nextStep?: Timer | undefined
  /** Fires when a circle may be sent what it could not be sent yet. */
  nextTurn?: Timer | undefined
}

export function newWatched(latest: Tally): Watched {
  const circles = AUDIENCES.flatMap((audience) =>
    FORMS.map((form) => ({
      ...{ audience, form, viewers: 0, sent: -1, owedOutcome: false, notBefore: 0, welcome: null },
    })),
  )
  const knownAt = performance.now()
  const nothing = { isToldOld: false, changedAt: null, acceptedSince: null, notBefore: 0 }
  return { circles, latest, outcome: null, knownAt, ...nothing, traces: { heard: [], read: [] } }
}

export function circleOf({ circles }: Watched, audience: Audience, form: Form): Circle {
  const circle = circles.find((it) => it.audience === audience && it.form === form)
  if (!circle) throw new Error(`There is no circle for ${audience}, ${form}.`)
  return circle
}

/** The circles in which somebody is. */
export function attended({ circles }: Watched): Circle[] {
  return circles.filter(({ viewers }) => viewers > 0)
}

/** The topic to which these viewers of the poll with this number subscribe. */
export function topicOf(poll: number, audience: Audience, form: Form): string {
  return form === "whole" ? `poll ${poll} ${audience}` : `poll ${poll} ${audience} ${form}`
}

export function isNewer(a: Tally, b: Tally): boolean {
  return versionOf(a, true) > versionOf(b, true)
}

/** The version of what this audience sees of a tally. */
export function versionFor(tally: Tally, audience: Audience): number {
  return versionOf(tally, seesCounts(tally.poll, audience))
}

/**
 * The message for one who comes.
 * @param known the version of the snapshot that this one has, and the server will send numbers to; null without one
 */
export function welcomeFor(watched: Watched, circle: Circle, known: number | null): string {
  const { latest, outcome, isToldOld } = watched
  const isKnown = known !== null && differInVotesAlone(known, versionFor(latest, circle.audience))
  const { welcome } = circle
  const isSame = welcome?.latest === latest && welcome.outcome === outcome && welcome.isKnown === isKnown
  if (welcome && isSame && !isToldOld) return welcome.text
  const text = messageFor(watched, circle.audience, known)
  circle.welcome = isToldOld ? null : { latest, outcome, isKnown, text }
  return text
}

/**
 * The message about the latest tally.
 * @param known the version of the snapshot that all who get it have; null where they get a snapshot in any case
 * @param withOutcome whether numbers have the outcome beside them; a whole snapshot has it always
 */
export function messageFor(
  { latest, outcome, knownAt, isToldOld }: Pick<Watched, "latest" | "outcome" | "knownAt" | "isToldOld">,
  audience: Audience,
  known: number | null,
  withOutcome = true,
): string {
  const full = seesCounts(latest.poll, audience)
  const snapshot = snapshotOf(latest, full)
  const isKnown = known !== null && differInVotesAlone(known, snapshot.version)
  const message: LiveMessage = {
    ...(isKnown ? numbersOf(snapshot) : snapshot),
    ...(outcome && full && (withOutcome || !isKnown) && { outcome }),
    ...(isToldOld && { ageMs: Math.max(1, Math.round(performance.now() - knownAt)) }),
  }
  return JSON.stringify(message)
}
