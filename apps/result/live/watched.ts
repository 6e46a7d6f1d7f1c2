/** A poll that somebody watches, and what its viewers know of it already. */

import type { Tally } from "@tallyroom/lib/polls/tallies"
import { AUDIENCES, type Audience, seesCounts } from "@tallyroom/lib/polls/visibility"
import { snapshotOf, versionOf } from "../tally/snapshot"

export type Watched = {
  viewers: Record<Audience, number>
  latest: Tally
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
  return { viewers: { ...none }, latest, sent: { ...none }, changedAt: null, notBefore: 0 }
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

/** The message about a tally for this audience. */
export function messageFor(tally: Tally, audience: Audience): string {
  return JSON.stringify(snapshotOf(tally, seesCounts(tally.poll, audience)))
}
