/** By which rule a poll is decided. It is fixed when the poll opens. */

import { z } from "zod"
import type { BallotMethod } from "./ballot-method"
import { MAX_OPTIONS } from "./limits"

/** Rules of lib/count by which options win, by the method of the ballots that they count. */
const RULES = {
  choose: ["votes"],
  rank: ["irv", "stv", "condorcet", "borda"],
  rate: ["mean", "sum"],
  decide: ["majority"],
} as const satisfies Record<BallotMethod["method"], readonly string[]>

const winning = [...RULES.choose, ...RULES.rank, ...RULES.rate] as const

/** How many ballots must have been cast, abstentions among them; 0 where it does not matter. */
const quorum = z.int().nonnegative("must be 0 or more").default(0)

export const decisionSchema = z.discriminatedUnion("rule", [
  z.strictObject({
    rule: z.enum(winning),
    /** How many options win. */
    seats: z.int().min(1).max(MAX_OPTIONS).default(1),
    quorum,
  }),
  z.strictObject({
    rule: z.literal("majority"),
    majority: z.enum(["simple", "absolute", "two-thirds", "three-quarters", "unanimous"]).default("simple"),
    /** What the majority is a part of: votes for and against, or these and abstentions. */
    base: z.enum(["valid", "cast"]).default("valid"),
    quorum,
  }),
])

export type Decision = z.infer<typeof decisionSchema>
export type WinnersDecision = Exclude<Decision, { rule: "majority" }>
export type MotionDecision = Extract<Decision, { rule: "majority" }>
/** How rankings are counted. */
export type Rule = (typeof RULES)["rank"][number]
export type RankingDecision = WinnersDecision & { rule: Rule }

/** By these rules several may win. */
export const RULES_WITH_SEATS: readonly Decision["rule"][] = ["votes", "stv", "borda", "mean", "sum"]

const USUAL = {
  choose: { rule: "votes", seats: 1, quorum: 0 },
  rank: { rule: "irv", seats: 1, quorum: 0 },
  rate: { rule: "mean", seats: 1, quorum: 0 },
  decide: { rule: "majority", majority: "simple", base: "valid", quorum: 0 },
} as const satisfies Record<BallotMethod["method"], Decision>

type Decided = { ballot: BallotMethod; decision: Decision | null }

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

/** How the rankings of a poll are counted; null where nothing is ranked. */
export function rankingDecision(poll: Decided): RankingDecision | null {
  return poll.ballot.method === "rank" ? (decisionOf(poll) as RankingDecision) : null
}
