/** The choices of a poll, in the order in which they are offered. */

import type { Decision, MotionDecision } from "@tallyroom/lib/polls/decision"
import type { Poll } from "@tallyroom/lib/polls/poll"

/**
 * What a ballot says: one option, as many as two numbers say, or as many as it likes; a ranking; a rating, or yes or no, to each.
 */
export const CHOICES = ["one", "several", "all", "rank", "rate", "decide"] as const
export const RANK_RULES = ["irv", "stv", "condorcet", "borda"] as const satisfies Decision["rule"][]
/** By these several may win; the schema says so too, and is no part of what browsers load. */
export const RANK_RULES_WITH_SEATS: readonly (typeof RANK_RULES)[number][] = ["stv", "borda"]
export const RATE_RULES = ["mean", "sum", "star"] as const satisfies Decision["rule"][]
export const MAJORITIES = [
  "simple",
  "absolute",
  "two-thirds",
  "three-quarters",
  "unanimous",
] as const satisfies MotionDecision["majority"][]
export const BASES = ["valid", "cast", "eligible"] as const satisfies MotionDecision["base"][]
/** In which order ballots show the options. */
export const ORDERS = ["as-written", "random"] as const satisfies Poll["order"][]
export const POLICIES = ["final", "changeable"] as const satisfies Poll["policy"][]
export const RESULTS_MODES = ["live", "after-vote", "after-close"] as const satisfies Poll["results"][]
/** Whether voters confirm their choice: by the default of the policy, always, or never. */
export const CONFIRMATIONS = ["auto", "yes", "no"] as const
export const ELIGIBILITIES = ["browser", "code", "network"] as const satisfies Poll["eligibility"][]
