/** Rule: what a poll has decided is what the ballots that stand decide by its rule, counted by the checker itself. */

import { isByWholeBallots } from "../../record/decided"
import type { Told } from "../../record/record"
import { countIn } from "../counts"
import { decidedBy } from "../deciding/decided"
import type { Evidence, PollEvidence, SeenOutcome, SeenSnapshot, WatchedPoll } from "../evidence"
import { wentBackFrom } from "../faults-of"
import { textOf } from "../told"
import { inSeconds } from "../verdict"

/**
 * Of a final poll, each result app and the table `outcomes` say who wins, who is tied, and by which rounds, pairs, points, ratings or
 * majorities. What viewers were told that whole ballots decide follows from counts of the version that it bears, is the same from every
 * replica, never goes back, and once it stands for good it is what is stored. All that was told holds until Postgres was set back.
 */
export function* outcomesAgree(evidence: Evidence): Generator<string> {
  const wentBackAt = wentBackFrom(evidence)
  for (const poll of evidence.polls.values()) yield* finalOutcome(poll)
  for (const { says, at } of evidence.viewing.oddOutcomes) if (at < wentBackAt) yield says
  for (const watched of evidence.viewing.polls) {
    yield* madeUp(watched, wentBackAt)
    if (wentBackAt === Number.POSITIVE_INFINITY) yield* storedOtherwise(evidence, watched)
  }
}

function* finalOutcome({ made, row, voters, results, outcome }: PollEvidence): Generator<string> {
  // Nobody asks for the results of a poll that is not final, or is being deleted.
  if (row?.state !== "final" || results.length === 0) return
  const own = decidedBy(
    made,
    [...voters.values()].flatMap(({ standing }) => standing?.option ?? []),
  )
  if (own === null) return
  const name = `The outcome of poll ${made.poll}`
  for (const { replica, outcome } of results)
    for (const what of differences(own, outcome)) yield `${name} from replica ${replica} has ${what}.`
  if (!isByWholeBallots(made.ballot.method, made.decision)) return
  if (outcome === null) yield `${name} is not in Postgres, although the poll is final.`
  else for (const what of differences(own, outcome)) yield `${name} in Postgres has ${what}.`
}

/** Lists in which the order says nothing where some are equal. */
const AS_SETS = ["winners", "tied", "finalists"]

/** In words, which fields are others than by the own count. */
function* differences(own: Told, told: Told | null): Generator<string> {
  for (const [field, value] of Object.entries(own)) {
    const [expected, found] = [value, told?.[field]].map((it) =>
      textOf(AS_SETS.includes(field) && Array.isArray(it) ? it.toSorted() : it),
    )
    if (expected !== found) yield `${field} ${found}, but by the votes that stand it is ${expected}`
  }
}

/** Outcomes of versions that there never were, or of other counts than those of their version. */
function* madeUp(watched: WatchedPoll, wentBackAt: number): Generator<string> {
  const shown = [...watched.versions.values()]
    .filter(({ at }) => at < wentBackAt)
    .sort((a, b) => a.version - b.version)
  for (const outcome of watched.outcomes.values()) {
    if (outcome.at >= wentBackAt) continue
    const before = shown.findLast(({ version }) => version <= outcome.version)
    const after = shown.find(({ version }) => version >= outcome.version)
    const what = notBetween(outcome, before, after, watched.final !== null)
    if (what === null) continue
    yield `The outcome of version ${outcome.version} of poll ${watched.poll} from replica ${outcome.replica} at ${inSeconds(outcome.at)} ${what}.`
  }
}

/** In words, why the outcome can't be of counts between these two; totals only grow. Null where it can. */
function notBetween(
  { ballots, abstained, first }: SeenOutcome,
  before: SeenSnapshot | undefined,
  after: SeenSnapshot | undefined,
  isEndSeen: boolean,
): string | null {
  if (after === undefined && isEndSeen) return "is of a later version than the last that there was"
  if (ballots === null || ballots < (before?.total ?? 0) || ballots > (after?.total ?? Infinity))
    return `counts ${ballots} ballots, but between ${before?.total ?? 0} and ${after?.total ?? "any number"} were shown`
  if (before === undefined || before.version !== after?.version) return null
  if (before.abstained !== null && abstained !== before.abstained)
    return `counts ${abstained} abstentions, but ${before.abstained} were shown`
  const option = Object.keys(first ?? {}).find((it) => countIn(first ?? {}, it) !== countIn(before.votes, it))
  return option === undefined
    ? null
    : `begins with ${countIn(first ?? {}, option)} votes for ${option}, but ${countIn(before.votes, option)} were shown`
}

function* storedOtherwise({ polls }: Evidence, { poll, number, decided }: WatchedPoll): Generator<string> {
  const stored = polls.get(poll)
  if (decided === null || stored?.row?.number !== number || stored.outcome === null) return
  if (decided.text !== textOf(stored.outcome))
    yield `A viewer was told at ${inSeconds(decided.at)} that poll ${poll} decided ${decided.text} for good, but ${textOf(stored.outcome)} is stored.`
}
