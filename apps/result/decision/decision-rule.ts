/** By which rule a poll is decided, in a sentence. Rankings are not told here. */

import type { Decision, MotionDecision, WinnersDecision } from "@tallyroom/lib/polls/decision"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { DecisionKey } from "./decision-messages"

/** "Two thirds of the valid votes carry. At least 12 ballots must be cast." Empty for rules of rankings. */
export function decisionRule(decision: Decision, text: Translator<DecisionKey>): string {
  const rule = decision.rule === "majority" ? majorityRule(decision, text) : winnersRule(decision, text)
  if (rule === "" || decision.quorum === 0) return rule
  return `${rule} ${text.t("quorumRule", { count: decision.quorum })}`
}

const WINS: Partial<Record<Decision["rule"], "votesWin" | "meanWins" | "sumWins">> = {
  votes: "votesWin",
  mean: "meanWins",
  sum: "sumWins",
}

function winnersRule({ rule, seats }: WinnersDecision, { t }: Translator<DecisionKey>): string {
  const key = WINS[rule]
  if (!key) return ""
  return seats === 1 ? t(key) : t(`${key}Seats`, { seats })
}

function majorityRule({ majority, base }: MotionDecision, { t }: Translator<DecisionKey>): string {
  return majority === "simple" ? t("passes-simple") : t(`passes-${majority}-${base}`)
}
