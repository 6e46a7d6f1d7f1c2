/** What the tally of a poll alone decides: where options are chosen, rated, or voted for and against. Rankings are in `decide.ts`. */

import { z } from "zod"
import type { Asked } from "../ballots/choice"
import { bestByVotes } from "../count/choose"
import { decide } from "../count/majority"
import { bestByMean, bestBySum, type Rated } from "../count/rating"
import type { Seats } from "../count/ties"
import { countOf } from "../polls/counts"
import { type Decision, decisionOf, type MotionDecision, type WinnersDecision } from "../polls/decision"
import { slugSchema } from "../polls/poll"
import type { Tally } from "../polls/tallies"

const count = z.int().nonnegative()

const common = {
  /** The ballots that count, abstentions included. */
  ballots: count,
  abstained: count,
  /** How many ballots were needed for any outcome, and whether there are as many. */
  quorum: count,
  quorate: z.boolean(),
}

const winners = {
  ...common,
  /** How many win. */
  seats: z.int().positive(),
  /** The best first; none without a quorum. */
  winners: z.array(slugSchema),
  /** Who is equal for the seats that are left. */
  tied: z.array(slugSchema),
}

const ratedSchema = z.object({
  /** How many ballots rate it. */
  ratings: count,
  sum: count,
})

const motionSchema = z.object({
  yes: count,
  no: count,
  /** Ballots that say neither, those that say nothing at all among them. */
  abstained: count,
  /** How many the majority is a part of, and how many votes for it were needed. */
  base: count,
  needed: count,
  outcome: z.enum(["carried", "not carried", "no quorum", "tie"]),
})

export const talliedOutcomeSchema = z.discriminatedUnion("rule", [
  z.object({ rule: z.literal("votes"), ...winners }),
  z.object({ rule: z.enum(["mean", "sum"]), ...winners, rated: z.record(slugSchema, ratedSchema) }),
  z.object({
    rule: z.literal("majority"),
    ...common,
    majority: z.enum(["simple", "absolute", "two-thirds", "three-quarters", "unanimous"]),
    of: z.enum(["valid", "cast"]),
    motions: z.record(slugSchema, motionSchema),
  }),
])

export type TalliedOutcome = z.infer<typeof talliedOutcomeSchema>
export type Motion = z.infer<typeof motionSchema>

type Counted = Pick<Tally, "votes" | "said" | "total" | "abstained"> & {
  poll: Asked & { decision: Decision | null }
}

/** Null where options are ranked. */
export function decideByTally(tally: Counted): TalliedOutcome | null {
  const { poll, total, abstained } = tally
  if (poll.ballot.method === "rank") return null
  const decision = decisionOf(poll)
  const { quorum } = decision
  const common = { ballots: total, abstained, quorum, quorate: total >= quorum }
  if (decision.rule === "majority") return { ...common, ...motionsOf(tally, decision) }
  return { ...common, ...winnersOf(tally, decision) }
}

function winnersOf(tally: Counted, { rule, seats, quorum }: WinnersDecision) {
  const ids = tally.poll.options.map(({ id }) => id)
  const rated = ids.map((id) => ratedOf(tally, id))
  const best = bestOf(
    rule,
    ids.map((id) => countOf(tally.votes, id)),
    rated,
    seats,
  )
  const isQuorate = tally.total >= quorum
  const named = (options: readonly number[]) =>
    isQuorate ? options.flatMap((option) => ids[option] ?? []) : []
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

function motionsOf(tally: Counted, { majority, base, quorum }: MotionDecision) {
  const motions = tally.poll.options.map(({ id }): [string, Motion] => {
    const said = tally.said?.[id] ?? {}
    const [yes, no] = [countOf(said, "yes"), countOf(said, "no")]
    const abstain = tally.total - yes - no
    const decided = decide({ majority, base, quorum }, { yes, no, abstain, eligible: null })
    return [
      id,
      { yes, no, abstained: abstain, base: decided.base, needed: decided.needed, outcome: decided.outcome },
    ]
  })
  return { rule: "majority" as const, majority, of: base, motions: Object.fromEntries(motions) }
}
