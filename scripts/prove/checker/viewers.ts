/** Follows what viewers saw, keeps one snapshot of each version, and notes what contradicts another. */

import type { Seen } from "../record/record"
import type { Choosing } from "../record/said"
import type { SeenSnapshot, Viewing, WatchedPoll } from "./evidence"
import { inSeconds } from "./verdict"

/** So many contradictions are kept: a system that is wrong with every snapshot must not fill the memory. */
const KEPT = 1_000

export class Viewers {
  readonly viewing: Viewing = { polls: [], contradictions: [], count: 0 }
  private readonly polls = new Map<string, WatchedPoll>()
  /** By connection and poll, what came last. */
  private readonly last = new Map<string, { number: number; version: number; at: number }>()

  /** @param ballot what a ballot of the poll may choose */
  see(seen: Seen, ballot: Choosing): void {
    this.viewing.count++
    this.compareWithLast(seen)
    const { poll, number, version, state, total, abstained, votes, replica, at } = seen
    const wrong = wrongSum(seen, ballot)
    if (wrong !== null) this.note(seen, wrong)
    const watched = this.watched(poll, number)
    const snapshot: SeenSnapshot = { replica, at, version, state, total, abstained, votes }
    const known = watched.versions.get(version)
    if (known === undefined) watched.versions.set(version, snapshot)
    else if (!showsTheSame(known, snapshot)) {
      this.note(seen, `differs from the one of replica ${known.replica} at ${inSeconds(known.at)}`)
    }
    if (state === "final" && (watched.final === null || at < watched.final.at)) watched.final = snapshot
  }

  private compareWithLast(seen: Seen): void {
    const { replica, connection, poll, number, version, at } = seen
    const key = `${replica} ${connection} ${poll}`
    const last = this.last.get(key)
    if (last && (number < last.number || (number === last.number && version < last.version))) {
      const before = last.number === number ? `version ${last.version}` : `number ${last.number}`
      this.note(
        seen,
        `came to connection ${connection} after ${before}, which it got at ${inSeconds(last.at)}`,
      )
    }
    this.last.set(key, { number, version, at })
  }

  private watched(poll: string, number: number): WatchedPoll {
    const key = `${poll} ${number}`
    const known = this.polls.get(key)
    if (known) return known
    const watched: WatchedPoll = { poll, number, versions: new Map(), final: null }
    this.polls.set(key, watched)
    this.viewing.polls.push(watched)
    return watched
  }

  private note({ poll, number, version, replica, at }: Seen, what: string): void {
    const { contradictions } = this.viewing
    if (contradictions.length >= KEPT) return
    const which = `Version ${version} of the poll ${poll} (number ${number}) from replica ${replica}`
    contradictions.push({ says: `${which} at ${inSeconds(at)} ${what}.`, at })
  }
}

/** In words, why such ballots can't give these numbers; null where they can. */
function wrongSum({ total, abstained, votes }: Seen, { least, most, abstain }: Choosing): string | null {
  const counts = Object.values(votes)
  const sum = counts.reduce((a, b) => a + b, 0)
  const [atLeast, choosing] = [total - (abstained ?? (abstain ? total : 0)), total - (abstained ?? 0)]
  if (sum < atLeast * least || sum > choosing * most || counts.some((count) => count > choosing))
    return `says ${total} votes in all${abstained ? `, ${abstained} of them for nothing` : ""}, but its options have ${sum}`
  return null
}

/** Whether two snapshots show the same state and numbers. */
function showsTheSame(a: SeenSnapshot, b: SeenSnapshot): boolean {
  if (a.state !== b.state || a.total !== b.total) return false
  if (a.abstained !== null && b.abstained !== null && a.abstained !== b.abstained) return false
  return hasSameVotes(a.votes, b.votes)
}

/** An option that is not named has no votes. */
export function hasSameVotes(a: Record<string, number>, b: Record<string, number>): boolean {
  return [...Object.keys(a), ...Object.keys(b)].every((option) => votesFor(a, option) === votesFor(b, option))
}

export function votesFor(votes: Record<string, number>, option: string): number {
  return Object.hasOwn(votes, option) ? (votes[option] ?? 0) : 0
}
