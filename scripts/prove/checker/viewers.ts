/** Follows what viewers saw, keeps one snapshot of each version, and notes what contradicts another. */

import type { Seen } from "../record/record"
import { type BallotKind, countName, optionsOf } from "../record/said"
import { countIn, hasSameCounts, namings } from "./counts"
import type { SeenSnapshot, Viewing, WatchedPoll } from "./evidence"
import { inSeconds } from "./verdict"

/** So many contradictions are kept: a system that is wrong with every snapshot must not fill the memory. */
const KEPT = 1_000

export class Viewers {
  readonly viewing: Viewing = { polls: [], contradictions: [], count: 0 }
  private readonly polls = new Map<string, WatchedPoll>()
  /** By connection and poll, what came last. */
  private readonly last = new Map<string, { number: number; version: number; at: number }>()

  /** @param ballot what a ballot of the poll may say */
  see(seen: Seen, ballot: BallotKind): void {
    this.viewing.count++
    this.compareWithLast(seen)
    const { poll, number, version, state, total, abstained, votes, replica, at } = seen
    const wrong = wrongSum(seen, ballot) ?? wrongParts(seen, ballot)
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

/** In words, why such ballots can't name so many options; null where they can. */
function wrongSum({ total, abstained, votes }: Seen, ballot: BallotKind): string | null {
  const counts = namings(ballot.method, optionsOf(votes), votes)
  const sum = counts.reduce((a, b) => a + b, 0)
  // First preferences are all that is told of rankings.
  const [least, most] = ballot.method === "rank" ? [1, 1] : [ballot.least, ballot.most]
  const [atLeast, naming] = [total - (abstained ?? (ballot.abstain ? total : 0)), total - (abstained ?? 0)]
  if (sum < atLeast * least || sum > naming * most || counts.some((count) => count > naming))
    return `says ${total} votes in all${abstained ? `, ${abstained} of them for nothing` : ""}, but its options have ${sum}`
  return null
}

/** In words, why what ballots say of an option can't be all that its votes say; null where it can. */
function wrongParts({ votes }: Seen, { method, highest }: BallotKind): string | null {
  if (method === "choose" || method === "rank") return null
  const values = method === "decide" ? ["yes"] : Array.from({ length: highest + 1 }, (_, value) => `${value}`)
  for (const option of optionsOf(votes)) {
    const parts = values.reduce((sum, value) => sum + countIn(votes, countName({ option, value })), 0)
    if (parts !== countIn(votes, option))
      return `says ${countIn(votes, option)} votes for ${option}, but what is said of it adds up to ${parts}`
  }
  return null
}

/** Whether two snapshots show the same state and numbers. */
function showsTheSame(a: SeenSnapshot, b: SeenSnapshot): boolean {
  if (a.state !== b.state || a.total !== b.total) return false
  if (a.abstained !== null && b.abstained !== null && a.abstained !== b.abstained) return false
  return hasSameCounts(a.votes, b.votes)
}
