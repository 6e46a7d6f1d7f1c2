/** How the tally grew: the timeline of the server, continued by live snapshots. */

import { countOf } from "@tallyroom/lib/polls/counts"
import type { Snapshot } from "../tally/snapshot"
import { supersedes } from "../tally/supersedes"
import type { Timeline } from "../tally/timeline"

export type History = Timeline["points"]

/** A screen can't show more points. Beyond this number every second one is dropped. */
const MOST_POINTS = 600

/** The points of the server, which begin at zero votes. */
export function historyOf({ stepSeconds, points }: Timeline, snapshot: Snapshot): History {
  const [first] = points
  return first ? [[first[0] - stepSeconds, noVotes(snapshot)], ...points] : []
}

/** What `upTo` needs of the answer of the API. */
type Results = Pick<Snapshot, "number" | "version"> & { timeline: Timeline }

/**
 * The history that the API tells, up to this snapshot: a replica or a CDN may have answered with an older one, and a final poll
 * gets no more snapshots.
 */
export function upTo(snapshot: Snapshot, { timeline, ...told }: Results, nowMs: number): History {
  const known = historyOf(timeline, snapshot)
  return supersedes(snapshot, told) ? extended(known, snapshot, nowMs) : known
}

/** The history with this snapshot at its end, where it replaces a point of the same second. */
export function extended(history: History, snapshot: Snapshot, nowMs: number): History {
  const last = history[history.length - 1]
  if (snapshot.hidden || (last && same(last[1], snapshot)) || (!last && !snapshot.total)) return history
  const second = Math.max(Math.floor(nowMs / 1_000), last?.[0] ?? 0)
  const begun: History = last ? history : [[second - 1, noVotes(snapshot)]]
  const before = last?.[0] === second ? begun.slice(0, -1) : begun
  return thinned([...before, [second, votesOf(snapshot)]])
}

function thinned(history: History): History {
  return history.length <= MOST_POINTS
    ? history
    : history.filter((_, i) => i % 2 === 0 || i === history.length - 1)
}

function same(votes: Record<string, number>, snapshot: Snapshot): boolean {
  return snapshot.options.every(({ id, votes: now = 0 }) => countOf(votes, id) === now)
}

function votesOf({ options }: Snapshot): Record<string, number> {
  return Object.fromEntries(options.map(({ id, votes = 0 }) => [id, votes]))
}

function noVotes({ options }: Snapshot): Record<string, number> {
  return Object.fromEntries(options.map(({ id }) => [id, 0]))
}
