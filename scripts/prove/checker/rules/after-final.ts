/** Rule: once a poll is final, nothing of it changes. */

import { hasSameCounts } from "../counts"
import type { Evidence } from "../evidence"
import { mayBeLost, wentBackFrom } from "../faults-of"
import { inSeconds } from "../verdict"
import { callName, eachVoter, oksOf } from "./each-voter"

/** 201 and 202 take a ballot; 200 says again what was taken before, which is right at any time. */
const TAKEN = new Set([201, 202])

/**
 * All snapshots that show a poll as final show what Postgres has; no ballot that was answered ok came too late for its poll; and
 * none is taken any more once a viewer has seen that it is final. A poll that went back with Postgres may be open again.
 */
export function* nothingAfterFinal(evidence: Evidence): Generator<string> {
  const wentBackAt = wentBackFrom(evidence)
  yield* finalSnapshots(evidence, wentBackAt)
  const finalSince = new Map<string, number>()
  for (const { poll, final } of evidence.viewing.polls)
    if (final) finalSince.set(poll, Math.min(final.at, finalSince.get(poll) ?? Number.POSITIVE_INFINITY))
  for (const { poll, voter, name } of eachVoter(evidence)) {
    const since = finalSince.get(poll.made.poll) ?? Number.POSITIVE_INFINITY
    for (const call of oksOf(voter)) {
      // Where another vote of the voter stands, that is why it was late.
      if (call.fate === "late" && voter.standing === null)
        yield `In ${name}, ${callName(call)} came too late for its poll.`
      if (TAKEN.has(call.status ?? 0) && call.invoked > since && call.invoked < wentBackAt)
        yield `In ${name}, ${callName(call)} was taken although a viewer saw at ${inSeconds(since)} that the poll is final.`
    }
  }
}

function* finalSnapshots(evidence: Evidence, wentBackAt: number): Generator<string> {
  for (const { poll, number, versions, final } of evidence.viewing.polls) {
    if (final === null || final.at >= wentBackAt) continue
    const row = evidence.polls.get(poll)?.row
    const books = evidence.books.find((it) => it.number === number && it.poll === poll)
    const isThere = row?.number === number && books !== undefined && !mayHaveGone(evidence)
    if (isThere && row.state !== "final")
      yield `A viewer saw at ${inSeconds(final.at)} that the poll ${poll} is final, but in Postgres it is ${row.state}.`
    const [expected, where] = isThere ? [books.tally, "Postgres"] : [final, `that of ${inSeconds(final.at)}`]
    for (const { state, votes, total, at, replica, version } of versions.values()) {
      if (state !== "final" || at >= wentBackAt) continue
      const name = `Version ${version} of the final poll ${poll} from replica ${replica} at ${inSeconds(at)}`
      if (!hasSameCounts(votes, expected.votes))
        yield `${name} shows ${JSON.stringify(votes)}, ${where} ${JSON.stringify(expected.votes)}.`
      else if (total !== expected.total) yield `${name} shows ${total} ballots, ${where} ${expected.total}.`
    }
  }
}

function mayHaveGone(evidence: Evidence): boolean {
  return mayBeLost(evidence, 0) && Number.isFinite(wentBackFrom(evidence))
}
