/**
 * What the tally of a poll alone decides: where options are chosen, rated, or voted for and against. What whole ballots decide is in `decide.ts`.
 * It is a function of the tally. Once the poll is final it is stored all the same, so that no later version decides otherwise.
 */

import { z } from "zod"
import { decisionOf, profileDecision } from "../polls/decision"
import { slugSchema } from "../polls/poll"
import { type Counted, decideCounts } from "./decide-counts"
import { ratedSchema } from "./outcome"

const count = z.int().nonnegative()

const common = {
  /** The ballots that count, abstentions included. */
  ballots: count,
  abstained: count,
  /** How many ballots were needed for any outcome, and whether there are as many. */
  quorum: count,
  quorate: z.boolean(),
  /** How many may vote, where that is known. With more ballots than these nothing is decided. */
  eligible: count.optional(),
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

const motionSchema = z.object({
  yes: count,
  no: count,
  /** Ballots that say neither, those that say nothing at all among them. */
  abstained: count,
  /** How many the majority is a part of, and how many votes for it were needed. */
  base: count,
  needed: count,
  outcome: z.enum(["carried", "not carried", "no quorum", "too many ballots", "tie"]),
})

export const talliedOutcomeSchema = z.discriminatedUnion("rule", [
  z.object({ rule: z.literal("votes"), ...winners }),
  z.object({ rule: z.enum(["mean", "sum"]), ...winners, rated: z.record(slugSchema, ratedSchema) }),
  z.object({
    rule: z.literal("majority"),
    ...common,
    majority: z.enum(["simple", "absolute", "two-thirds", "three-quarters", "unanimous"]),
    of: z.enum(["valid", "cast", "eligible"]),
    motions: z.record(slugSchema, motionSchema),
  }),
])

export type TalliedOutcome = z.infer<typeof talliedOutcomeSchema>
export type Motion = z.infer<typeof motionSchema>

type Decided = Omit<Counted, "options"> & {
  poll: Parameters<typeof decisionOf>[0] & Pick<Counted, "options">
}

/** Null where whole ballots decide. */
export function decideByTally(tally: Decided): TalliedOutcome | null {
  const { poll } = tally
  if (profileDecision(poll)) return null
  return decideCounts({ ...tally, options: poll.options }, decisionOf(poll))
}

/** What was stored of a final poll, or what its tally decides now; null where whole ballots decide. */
export function outcomeOfTally(
  tally: Decided & { stored?: unknown },
): { outcome: TalliedOutcome; isStored: boolean } | null {
  const stored = talliedOutcomeSchema.safeParse(tally.stored).data
  if (stored) return { outcome: stored, isStored: true }
  const outcome = decideByTally(tally)
  return outcome && { outcome, isStored: false }
}
