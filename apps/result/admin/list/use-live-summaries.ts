/** Polls whose numbers and phases follow the live tallies. */

import { useEffect, useState } from "preact/hooks"
import { keepWatching } from "../../live/live-socket"
import type { Snapshot } from "../../tally/snapshot"
import type { PollSummary } from "../views"

/** The most sockets of one page. The polls after these stay as they were served. */
const MOST_WATCHED = 20
const MOVING = new Set<PollSummary["phase"]>(["scheduled", "open", "paused", "closed"])

export function useLiveSummaries(polls: PollSummary[]): PollSummary[] {
  const [latest, setLatest] = useState<ReadonlyMap<string, Snapshot>>(new Map())
  useEffect(() => {
    const moving = polls.filter((poll) => isMoving(poll) && !poll.deleting)
    const stops = moving.slice(0, MOST_WATCHED).map(({ id }) =>
      watchAsAdmin(id, (snapshot) => {
        setLatest((known) => newest(known, snapshot))
      }),
    )
    return () => {
      for (const stop of stops) stop()
    }
  }, [polls])
  return polls.map((poll) => withSnapshot(poll, latest.get(poll.id)))
}

/** The newest snapshot of a poll. */
export function useLiveSnapshot(served: Snapshot): Snapshot {
  const [latest, setLatest] = useState(served)
  useEffect(() => {
    if (!isMoving(served)) return
    const onSnapshot = (snapshot: Snapshot) => {
      setLatest((known) => (snapshot.version > known.version ? snapshot : known))
    }
    return watchAsAdmin(served.poll, onSnapshot, served)
  }, [served])
  return latest
}

/** Whether the poll can change by itself. A draft with an opening time opens by itself. */
function isMoving({ phase, opensAt }: Pick<PollSummary, "phase" | "opensAt">): boolean {
  return MOVING.has(phase) || (phase === "draft" && opensAt !== null)
}

/** Watches a poll with all counts, which the session allows where the address asks for them. @returns a function that stops it */
function watchAsAdmin(
  poll: string,
  onSnapshot: (snapshot: Snapshot) => void,
  first: Snapshot | null = null,
): () => void {
  const address = new URL(`/live?poll=${encodeURIComponent(poll)}&admin=1`, location.href)
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:"
  return keepWatching(address, { onSnapshot, onState: () => {} }, first)
}

function newest(known: ReadonlyMap<string, Snapshot>, snapshot: Snapshot): ReadonlyMap<string, Snapshot> {
  const before = known.get(snapshot.poll)
  const isOld = before !== undefined && before.version >= snapshot.version
  return isOld ? known : new Map(known).set(snapshot.poll, snapshot)
}

export function withSnapshot(poll: PollSummary, snapshot: Snapshot | undefined): PollSummary {
  if (!snapshot) return poll
  const { phase, title, opensAt, closesAt, finalAt } = snapshot
  return { ...poll, phase, title, opensAt, closesAt, finalAt, total: snapshot.total ?? poll.total }
}
