/** By which rule a poll is decided. It is fixed when the poll opens. Where options are chosen, most votes win. */

import { z } from "zod"
import type { BallotMethod } from "./ballot-method"
import { MAX_OPTIONS } from "./limits"

export const decisionSchema = z.strictObject({
  /** How rankings are counted: lib/count has each of them. */
  rule: z.enum(["irv", "stv", "condorcet", "borda"]),
  /** How many options win. */
  seats: z.int().min(1).max(MAX_OPTIONS).default(1),
})

export type Decision = z.infer<typeof decisionSchema>
export type Rule = Decision["rule"]

/** By these rules several may win. */
export const RULES_WITH_SEATS: readonly Rule[] = ["stv", "borda"]

const USUAL: Decision = { rule: "irv", seats: 1 }

/** How the rankings of a poll are counted; null where nothing is ranked. */
export function rankingDecision(poll: { ballot: BallotMethod; decision: Decision | null }): Decision | null {
  return poll.ballot.method === "rank" ? (poll.decision ?? USUAL) : null
}
