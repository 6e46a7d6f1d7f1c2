/** By which rule a poll is decided, in a sentence. */

import type { Decision, MotionDecision, WinnersDecision } from "@tallyroom/lib/polls/decision"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { DecisionKey } from "./decision-messages"

/** "Two thirds of the valid votes carry. At least 12 ballots must be cast." */
export function decisionRule(decision: Decision, text: Translator<DecisionKey>): string {
  const rule = decision.rule === "majority" ? majorityRule(decision, text) : winnersRule(decision, text)
  if (decision.quorum === 0) return rule
  return `${rule} ${text.t("quorumRule", { count: decision.quorum })}`
}

const WINS = {
  votes: "votesWin",
  mean: "meanWins",
  sum: "sumWins",
  stv: "stvWins",
  borda: "bordaWins",
} as const

function winnersRule({ rule, seats }: WinnersDecision, { t }: Translator<DecisionKey>): string {
  if (rule === "irv" || rule === "condorcet") return t(`${rule}Wins`)
  const key = WINS[rule]
  return seats === 1 ? t(key) : t(`${key}Seats`, { seats })
}

function majorityRule({ majority, base }: MotionDecision, { t }: Translator<DecisionKey>): string {
  return majority === "simple" ? t("passes-simple") : t(`passes-${majority}-${base}`)
}
