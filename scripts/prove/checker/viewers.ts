/** Follows what viewers saw, keeps one snapshot of each version, and notes what contradicts another. */

import type { OutcomeSeen, Seen } from "../record/record"
import type { BallotKind } from "../record/said"
import { hasSameCounts } from "./counts"
import type { SeenOutcome, SeenSnapshot, Viewing, WatchedPoll } from "./evidence"
import { impossibleIn } from "./possible-counts"
import { countedIn, textOf } from "./told"
import { inSeconds } from "./verdict"

/** So many contradictions are kept: a system that is wrong with every snapshot must not fill the memory. */
const KEPT = 1_000

type Last = { number: number; version: number; at: number }
type Told = Seen | OutcomeSeen

export class Viewers {
  readonly viewing: Viewing = { polls: [], contradictions: [], oddOutcomes: [], count: 0, outcomes: 0 }
  private readonly polls = new Map<string, WatchedPoll>()
  /** By connection and poll, which snapshot and which outcome came last. */
  private readonly last = new Map<string, Last>()
  private readonly lastOutcome = new Map<string, Last>()

  /** @param ballot what a ballot of the poll may say */
  see(seen: Seen, ballot: BallotKind): void {
    this.viewing.count++
    this.compareWithLast(this.last, seen)
    const { poll, number, version, state, total, abstained, votes, replica, at } = seen
    const wrong = impossibleIn(seen, ballot)
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

  seeOutcome(seen: OutcomeSeen): void {
    this.viewing.outcomes++
    this.compareWithLast(this.lastOutcome, seen)
    const { poll, number, version, final, replica, at, outcome } = seen
    const watched = this.watched(poll, number)
    const told: SeenOutcome = { replica, at, version, ...countedIn(outcome), text: textOf(outcome) }
    const known = watched.outcomes.get(version) ?? (final ? watched.decided : null)
    if (known && known.text !== told.text)
      this.note(seen, `differs from the one of replica ${known.replica} at ${inSeconds(known.at)}`)
    if (!watched.outcomes.has(version)) watched.outcomes.set(version, told)
    if (final) watched.decided ??= told
  }

  private compareWithLast(lasts: Map<string, Last>, told: Told): void {
    const { replica, connection, poll, number, version, at } = told
    const key = `${replica} ${connection} ${poll}`
    const last = lasts.get(key)
    if (last && (number < last.number || (number === last.number && version < last.version))) {
      const before = last.number === number ? `version ${last.version}` : `number ${last.number}`
      this.note(
        told,
        `came to connection ${connection} after ${before}, which it got at ${inSeconds(last.at)}`,
      )
    }
    lasts.set(key, { number, version, at })
  }

  private watched(poll: string, number: number): WatchedPoll {
    const key = `${poll} ${number}`
    const known = this.polls.get(key)
    if (known) return known
    const undecided = { outcomes: new Map(), decided: null }
    const watched: WatchedPoll = { poll, number, versions: new Map(), final: null, ...undecided }
    this.polls.set(key, watched)
    this.viewing.polls.push(watched)
    return watched
  }

  private note({ kind, poll, number, version, replica, at }: Told, what: string): void {
    const { contradictions, oddOutcomes } = this.viewing
    const list = kind === "seen" ? contradictions : oddOutcomes
    if (list.length >= KEPT) return
    const name = kind === "seen" ? "Version" : "The outcome of version"
    const which = `${name} ${version} of the poll ${poll} (number ${number}) from replica ${replica}`
    list.push({ says: `${which} at ${inSeconds(at)} ${what}.`, at })
  }
}

/** Whether two snapshots show the same state and numbers. */
function showsTheSame(a: SeenSnapshot, b: SeenSnapshot): boolean {
  if (a.state !== b.state || a.total !== b.total) return false
  if (a.abstained !== null && b.abstained !== null && a.abstained !== b.abstained) return false
  return hasSameCounts(a.votes, b.votes)
}
