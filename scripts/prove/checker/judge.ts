/**
 * The checker: judges a run of the failure prover by its record and by Postgres as it is after the run. It shares no code with the
 * product, so that a mistake of the product is not its own.
 */

import type { Evidence, VoterEvidence } from "./evidence"
import { type GivenRecord, gatherEvidence } from "./gather"
import { sealReceipt } from "./place"
import { nothingAfterFinal } from "./rules/after-final"
import { booksBalance } from "./rules/books-balance"
import { countedOnce } from "./rules/counted-once"
import { lastWordStands } from "./rules/last-word"
import { nothingGrows } from "./rules/nothing-grows"
import { onlyWhatWasAsked } from "./rules/only-what-was-asked"
import { outcomesAgree } from "./rules/outcomes-agree"
import { recordIsWhole } from "./rules/record-is-whole"
import { resultsAgree } from "./rules/results-agree"
import { viewersAgree } from "./rules/viewers-agree"
import { findingsOf, type RunNumbers, type RunVerdict } from "./verdict"

const RULES: Record<string, (evidence: Evidence) => Iterable<string>> = {
  record: recordIsWhole,
  "counted once": countedOnce,
  "only what was asked": onlyWhatWasAsked,
  "last word": lastWordStands,
  "after final": nothingAfterFinal,
  viewers: viewersAgree,
  results: resultsAgree,
  outcomes: outcomesAgree,
  books: booksBalance,
  growth: nothingGrows,
}

/**
 * Judges a run by all rules.
 * @param record its lines, or the path of its file
 * @param databaseUrl of a role that may read every table; nothing is written
 * @throws {Error} when a line of the file can't be read, or Postgres can't
 */
export async function judgeRun(record: GivenRecord, databaseUrl: string): Promise<RunVerdict> {
  const evidence = await gatherEvidence(record, databaseUrl)
  const findings = Object.entries(RULES).flatMap(([rule, judge]) => findingsOf(rule, judge(evidence)))
  return { findings, numbers: numbersOf(evidence) }
}

/**
 * The receipts of ok answers whose ballots are in no table. The prover asks the product for each of them, once the run has
 * healed, and records what it says (`receipt` lines), before the run is judged.
 */
export async function receiptsToAsk(
  record: GivenRecord,
  databaseUrl: string,
): Promise<{ poll: string; receipt: string }[]> {
  const { polls } = await gatherEvidence(record, databaseUrl)
  const receipts = new Map<string, { poll: string; receipt: string }>()
  for (const { made, row, voters } of polls.values()) {
    for (const [voter, { calls }] of voters) {
      for (const { fate, place, shard } of calls) {
        if (fate === null || fate === "counted" || fate === "replaced" || !place || !row) continue
        const receipt = sealReceipt(row.salt, { shard, place, voter })
        receipts.set(receipt, { poll: made.poll, receipt })
      }
    }
  }
  return [...receipts.values()]
}

function numbersOf({ calls, polls, books, viewing }: Evidence): RunNumbers {
  const own = books.filter(({ poll }) => polls.has(poll))
  const sum = (name: "votes" | "replacedRows" | "lost") => own.reduce((all, it) => all + it[name], 0)
  let voters = 0
  let lost = 0
  for (const poll of polls.values()) {
    voters += poll.voters.size
    for (const voter of poll.voters.values()) lost += lostOf(voter)
  }
  return {
    calls: calls.ok + calls.refused + calls.unknown,
    ...calls,
    counted: sum("votes"),
    replaced: sum("replacedRows"),
    lost,
    booked: sum("lost"),
    voters,
    polls: polls.size,
    snapshots: viewing.count,
    outcomes: viewing.outcomes,
  }
}

/** Several answers may name the same ballot. */
function lostOf({ calls }: VoterEvidence): number {
  const lost = calls.filter(({ fate }) => fate === "lost")
  return new Set(lost.map(({ place }) => place && `${place.ms}-${place.seq}`)).size
}
