/** A poll that somebody watches, and what its viewers know of it already. */

import type { Tally } from "@tallyroom/lib/polls/tallies"
import { AUDIENCES, type Audience, seesCounts } from "@tallyroom/lib/polls/visibility"
import { snapshotOf, versionOf } from "../tally/snapshot"
import type { LiveMessage } from "./live-message"

export type Watched = {
  viewers: Record<Audience, number>
  latest: Tally
  /** At this moment `latest` was right for certain (ms of performance.now()). */
  knownAt: number
  /** Whether its viewers were told how old their numbers are, and nothing since. */
  isToldOld: boolean
  /** The version that each audience was last sent. */
  sent: Record<Audience, number>
  /** When a change was noted that the viewers have not been told of (ms of performance.now()); null without one. */
  changedAt: number | null
  /** The poll is not read again before this moment (ms of performance.now()). */
  notBefore: number
  /** Fires when the next scheduled moment passes. */
  nextStep?: Timer | undefined
}

export function newWatched(latest: Tally): Watched {
  const none = { public: 0, receipt: 0, admin: 0 }
  return {
    ...{ viewers: { ...none }, latest, sent: { ...none }, changedAt: null, notBefore: 0 },
    ...{ knownAt: performance.now(), isToldOld: false },
  }
}

export function hasViewers({ viewers }: Watched): boolean {
  return AUDIENCES.some((audience) => viewers[audience] > 0)
}

/** The topic to which this audience of the poll with this number subscribes. */
export function topicOf(poll: number, audience: Audience): string {
  return `poll ${poll} ${audience}`
}

export function isNewer(a: Tally, b: Tally): boolean {
  return versionOf(a, true) > versionOf(b, true)
}

/** The version of what this audience sees of a tally. */
export function versionFor(tally: Tally, audience: Audience): number {
  return versionOf(tally, seesCounts(tally.poll, audience))
}

/** The message about the latest tally for this audience. */
export function messageFor({ latest, knownAt, isToldOld }: Watched, audience: Audience): string {
  const message: LiveMessage = {
    ...snapshotOf(latest, seesCounts(latest.poll, audience)),
    ...(isToldOld && { ageMs: Math.max(1, Math.round(performance.now() - knownAt)) }),
  }
  return JSON.stringify(message)
}
