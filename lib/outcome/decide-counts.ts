/** Decides by counts and a rule. Browsers decide too, so this file imports no schema. */

import { bestByVotes } from "../count/choose"
import { decide } from "../count/majority"
import { bestByMean, bestBySum, type Rated } from "../count/rating"
import type { Seats } from "../count/ties"
import { countOf } from "../polls/counts"
import type { Decision, MotionDecision, WinnersDecision } from "../polls/decision"
import type { Tally } from "../polls/tallies"
import type { Motion, TalliedOutcome } from "./tallied"
import { isDecided, turnoutOf } from "./turnout"

export type Counted = Pick<Tally, "votes" | "said" | "total" | "abstained"> & {
  options: readonly { readonly id: string }[]
}

/** @param decision of a rule by which no whole ballots are counted @throws {RangeError} where ratings are more than can be counted exactly */
export function decideCounts(tally: Counted, decision: Decision): TalliedOutcome {
  const turnout = turnoutOf(decision, tally.total, tally.abstained)
  if (decision.rule === "majority") return { ...turnout, ...motionsOf(tally, decision, turnout.quorum) }
  return { ...turnout, ...winnersOf(tally, decision, isDecided(turnout)) }
}

function winnersOf(tally: Counted, { rule, seats }: WinnersDecision, decides: boolean) {
  const ids = tally.options.map(({ id }) => id)
  const rated = ids.map((id) => ratedOf(tally, id))
  const best = bestOf(
    rule,
    ids.map((id) => countOf(tally.votes, id)),
    rated,
    seats,
  )
  const named = (options: readonly number[]) =>
    decides ? options.flatMap((option) => ids[option] ?? []) : []
  const seated = { seats, winners: named(best.elected), tied: named(best.tied) }
  return rule === "mean" || rule === "sum"
    ? {
        rule,
        ...seated,
        rated: Object.fromEntries(ids.map((id, i) => [id, rated[i] ?? { ratings: 0, sum: 0 }])),
      }
    : { rule: "votes" as const, ...seated }
}

function bestOf(rule: WinnersDecision["rule"], votes: number[], rated: Rated[], seats: number): Seats {
  if (rule === "mean") return bestByMean(rated, seats)
  return rule === "sum" ? bestBySum(rated, seats) : bestByVotes(votes, seats)
}

/** @throws {RangeError} where the sum is more than can be counted exactly */
function ratedOf({ said }: Counted, id: string): Rated {
  let ratings = 0
  let sum = 0
  for (const [rating, ballots] of Object.entries(said?.[id] ?? {})) {
    ratings += ballots
    sum += Number(rating) * ballots
  }
  if (!Number.isSafeInteger(sum)) throw new RangeError("The ratings are more than can be counted.")
  return { ratings, sum }
}

function motionsOf(tally: Counted, { majority, base, ...decision }: MotionDecision, quorum: number) {
  const eligible = decision.eligible ?? null
  const motions = tally.options.map(({ id }): [string, Motion] => {
    const said = tally.said?.[id] ?? {}
    const [yes, no] = [countOf(said, "yes"), countOf(said, "no")]
    const abstain = tally.total - yes - no
    const decided = decide({ majority, base, quorum }, { yes, no, abstain, eligible })
    return [
      id,
      { yes, no, abstained: abstain, base: decided.base, needed: decided.needed, outcome: decided.outcome },
    ]
  })
  return { rule: "majority" as const, majority, of: base, motions: Object.fromEntries(motions) }
}
