/** By which rule a poll is decided. It is fixed when the poll opens. */

import { z } from "zod"
import { type Decided, isByProfile } from "../ballots/choice"
import { PART_OF_ELIGIBLE, partIn } from "../count/quorum"
import type { BallotMethod } from "./ballot-method"
import { MAX_ELIGIBLE, MAX_OPTIONS } from "./limits"

/** Rules of lib/count by which options win, by the method of the ballots that they count. */
const RULES = {
  choose: ["votes"],
  rank: ["irv", "stv", "condorcet", "borda"],
  rate: ["mean", "sum", "star"],
  decide: ["majority"],
} as const satisfies Record<BallotMethod["method"], readonly string[]>

const winning = [...RULES.choose, ...RULES.rank, ...RULES.rate] as const

const QUORUM =
  'must be a number of ballots, or a part of the eligible voters like "25%", "1/3" or ">1/2" (more than half)'
const partSchema = z
  .string()
  .regex(PART_OF_ELIGIBLE, { error: QUORUM, abort: true })
  .refine((text) => partIn(text) !== null, QUORUM)

/** How many ballots must have been cast, abstentions among them: 0 where it does not matter, or a part of the eligible voters. */
const quorum = z.union([z.int().nonnegative(QUORUM), partSchema], QUORUM).default(0)

const ELIGIBLE = `must be how many may vote, 1 to ${MAX_ELIGIBLE}`

/** How many people may vote, as the host states it. Unlike all else it may be corrected while people vote. */
const eligible = z.int(ELIGIBLE).min(1, ELIGIBLE).max(MAX_ELIGIBLE, ELIGIBLE).optional()

const ruleSchema = z.discriminatedUnion("rule", [
  z.strictObject({
    rule: z.enum(winning),
    /** How many options win. */
    seats: z.int().min(1).max(MAX_OPTIONS).default(1),
    quorum,
    eligible,
  }),
  z.strictObject({
    rule: z.literal("majority"),
    majority: z.enum(["simple", "absolute", "two-thirds", "three-quarters", "unanimous"]).default("simple"),
    /** What the majority is a part of: votes for and against; these and abstentions; or all who may vote. */
    base: z.enum(["valid", "cast", "eligible"]).default("valid"),
    quorum,
    eligible,
  }),
])

export const decisionSchema = ruleSchema
  .refine((decision) => decision.eligible !== undefined || !isOfEligible(decision), {
    error: "must say how many may vote, as base or quorum is a part of them",
    path: ["eligible"],
  })
  // Else a few of many would carry what their by-laws ask a majority of all for.
  .refine(
    (decision) =>
      !(decision.rule === "majority" && decision.majority === "simple" && decision.base === "eligible"),
    {
      error:
        'must be "absolute" or more for a majority of all eligible voters: "simple" only compares votes for and against',
      path: ["majority"],
    },
  )

/** Whether the decision depends on how many may vote. */
export function isOfEligible(decision: z.infer<typeof ruleSchema>): boolean {
  return typeof decision.quorum === "string" || (decision.rule === "majority" && decision.base === "eligible")
}

export type Decision = z.infer<typeof decisionSchema>
export type WinnersDecision = Exclude<Decision, { rule: "majority" }>
export type MotionDecision = Extract<Decision, { rule: "majority" }>
/** How rankings are counted. */
export type Rule = (typeof RULES)["rank"][number]
export type RankingDecision = WinnersDecision & { rule: Rule }
/** By which two options meet in a runoff: how many ballots rate one of them higher is told by whole ballots alone. */
export type StarDecision = WinnersDecision & { rule: "star" }

/** By these rules several may win. */
export const RULES_WITH_SEATS: readonly Decision["rule"][] = ["votes", "stv", "borda", "mean", "sum"]

const USUAL = {
  choose: { rule: "votes", seats: 1, quorum: 0 },
  rank: { rule: "irv", seats: 1, quorum: 0 },
  rate: { rule: "mean", seats: 1, quorum: 0 },
  decide: { rule: "majority", majority: "simple", base: "valid", quorum: 0 },
} as const satisfies Record<BallotMethod["method"], Decision>

/** Whether ballots of this method can be counted by this rule. */
export function fitsMethod({ ballot }: Pick<Decided, "ballot">, rule: Decision["rule"]): boolean {
  return (RULES[ballot.method] as readonly string[]).includes(rule)
}

/** The rules that fit ballots of this method, the usual one first. */
export function rulesOf({ ballot }: Pick<Decided, "ballot">): readonly Decision["rule"][] {
  return RULES[ballot.method]
}

/** How the poll is decided. */
export function decisionOf(poll: Decided): Decision {
  return poll.decision && fitsMethod(poll, poll.decision.rule) ? poll.decision : USUAL[poll.ballot.method]
}

/** How the whole ballots of a poll are counted; null where what they say of each option is enough to decide it. */
export function profileDecision(poll: Decided): RankingDecision | StarDecision | null {
  return isByProfile(poll) ? (decisionOf(poll) as RankingDecision | StarDecision) : null
}
