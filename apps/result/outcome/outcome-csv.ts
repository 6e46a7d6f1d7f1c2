/** What a poll decides as a table for a spreadsheet: rounds, pairs, points, votes, ratings or motions, as the rule has them. */

import type {
  BordaOutcome,
  CondorcetOutcome,
  IrvOutcome,
  Outcome,
  StarOutcome,
  StvOutcome,
} from "@tallyroom/lib/outcome/outcome"
import type { TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import { ownValue } from "@tallyroom/lib/own-value"
import type { Option } from "@tallyroom/lib/polls/poll"

type Row = (string | number)[]
type Options = readonly Pick<Option, "id" | "label">[]

/** The first row is the header. Options are in the order of the ballot. */
export function outcomeRows(outcome: Outcome | TalliedOutcome, options: Options): Row[] {
  if (outcome.rule === "majority") return motionRows(outcome, options)
  if (isByRatings(outcome)) return ratingRows(outcome, options)
  if (outcome.rule === "votes") return winnerRows(outcome, options)
  if (outcome.rule === "irv") return runoffRows(outcome, options)
  if (outcome.rule === "stv") return transferRows(outcome, options)
  if (outcome.rule === "star") return scoreRows(outcome, options)
  return outcome.rule === "condorcet" ? pairRows(outcome, options) : pointRows(outcome, options)
}

/** What rounds have of nobody: an empty option. */
const NOBODY = ""

function runoffRows({ rounds, winners }: IrvOutcome, options: Options): Row[] {
  const rows = rounds.flatMap(({ votes, exhausted, out }, i) => {
    const isLast = i === rounds.length - 1
    const fate = (id: string) => (out.includes(id) ? "out" : isLast && winners.includes(id) ? "wins" : "")
    return [
      ...options.flatMap(({ id, label }) => {
        const count = ownValue(votes, id)
        return count === undefined ? [] : [[i + 1, id, label, count, fate(id)]]
      }),
      [i + 1, NOBODY, "exhausted", exhausted, ""],
    ]
  })
  return [["round", "option", "label", "votes", "then"], ...rows]
}

function transferRows({ rounds }: StvOutcome, options: Options): Row[] {
  const rows = rounds.flatMap(({ after, votes, notTransferable, elected }, i) => {
    const why =
      after === null
        ? "first preferences"
        : "surplusOf" in after
          ? `surplus of ${after.surplusOf}`
          : `out: ${after.out.join(" ")}`
    return [
      ...options.flatMap(({ id, label }) => {
        const count = ownValue(votes, id)
        return count === undefined
          ? []
          : [[i + 1, why, id, label, count, elected.includes(id) ? "elected" : ""]]
      }),
      [i + 1, why, NOBODY, "not transferable", notTransferable, ""],
    ]
  })
  return [["round", "after", "option", "label", "votes", "then"], ...rows]
}

function pairRows({ pairs, majorities }: CondorcetOutcome, options: Options): Row[] {
  const rows = options.flatMap((one) =>
    options.flatMap((other) => {
      if (one.id === other.id) return []
      const majority = majorities.find(({ preferred, to }) => preferred === one.id && to === other.id)
      const judged = majority === undefined ? "" : majority.kept ? "kept" : "left out"
      const ballots = pairs[one.id]?.[other.id] ?? 0
      return [[one.id, one.label, other.id, other.label, ballots, majority?.margin ?? "", judged]]
    }),
  )
  return [["preferred", "label", "to", "to label", "ballots", "margin", "majority"], ...rows]
}

function pointRows({ points, winners }: BordaOutcome, options: Options): Row[] {
  const rows = options.map(({ id, label }) => [
    ...[id, label, points[id] ?? "0", winners.includes(id) ? "wins" : ""],
  ])
  return [["option", "label", "points", "then"], ...rows]
}

function scoreRows(outcome: StarOutcome, options: Options): Row[] {
  const { rated, runoff } = outcome
  const rows = options.map(({ id, label }) => {
    const { sum, ratings } = ownValue(rated, id) ?? { sum: 0, ratings: 0 }
    const votes = runoff ? (ownValue(runoff.votes, id) ?? "") : ""
    return [id, label, sum, ratings, votes, fateOf(outcome, id)]
  })
  const rest = runoff ? [[NOBODY, "no preference", "", "", runoff.equal, ""]] : []
  return [["option", "label", "sum", "ratings", "runoff", "then"], ...rows, ...rest]
}

type Tallied<Rule extends TalliedOutcome["rule"]> = Extract<TalliedOutcome, { rule: Rule }>

const fateOf = ({ winners, tied }: Pick<Outcome, "winners" | "tied">, id: string) =>
  winners.includes(id) ? "wins" : tied.includes(id) ? "tie" : ""

function winnerRows(outcome: Tallied<"votes">, options: Options): Row[] {
  return [["option", "label", "then"], ...options.map(({ id, label }) => [id, label, fateOf(outcome, id)])]
}

type ByRatings = Extract<TalliedOutcome, { rated: unknown }>

const isByRatings = (outcome: Outcome | TalliedOutcome): outcome is ByRatings =>
  outcome.rule === "mean" || outcome.rule === "sum"

function ratingRows(outcome: ByRatings, options: Options): Row[] {
  const rows = options.map(({ id, label }) => {
    const { ratings, sum } = ownValue(outcome.rated, id) ?? { ratings: 0, sum: 0 }
    return [id, label, ratings, sum, fateOf(outcome, id)]
  })
  return [["option", "label", "ratings", "sum", "then"], ...rows]
}

function motionRows({ motions }: Tallied<"majority">, options: Options): Row[] {
  const rows = options.flatMap(({ id, label }) => {
    const motion = ownValue(motions, id)
    if (!motion) return []
    return [[id, label, motion.yes, motion.no, motion.abstained, motion.base, motion.needed, motion.outcome]]
  })
  return [["option", "label", "yes", "no", "abstaining", "base", "needed", "outcome"], ...rows]
}
