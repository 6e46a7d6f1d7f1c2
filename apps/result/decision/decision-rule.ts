/** By which rule a poll is decided, in a sentence. */

import { ballotsNeeded, partIn } from "@tallyroom/lib/count/quorum"
import type { Decision, MotionDecision, WinnersDecision } from "@tallyroom/lib/polls/decision"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { DecisionKey } from "./decision-messages"

/** "Two thirds of the valid votes carry. At least 12 ballots must be cast.", or "… At least 40 of 120 eligible voters must vote (1/3)." */
export function decisionRule(decision: Decision, text: Translator<DecisionKey>): string {
  const rule = decision.rule === "majority" ? majorityRule(decision, text) : winnersRule(decision, text)
  return [rule, ...votersRules(decision, text)].join(" ")
}

/** How many must vote, and of how many. */
function votersRules({ quorum, eligible }: Decision, { t }: Translator<DecisionKey>): string[] {
  // While somebody types it, a part may be none, or of nobody knows how many.
  if (typeof quorum === "string") {
    if (eligible === undefined || partIn(quorum) === null) return []
    return [t("quorumPart", { count: ballotsNeeded(quorum, eligible), eligible, part: quorum })]
  }
  return [
    ...(quorum > 0 ? [t("quorumRule", { count: quorum })] : []),
    ...(eligible === undefined ? [] : [t("eligibleRule", { count: eligible })]),
  ]
}

const WINS = {
  votes: "votesWin",
  mean: "meanWins",
  sum: "sumWins",
  stv: "stvWins",
  borda: "bordaWins",
} as const

function winnersRule({ rule, seats }: WinnersDecision, { t }: Translator<DecisionKey>): string {
  if (rule === "irv" || rule === "condorcet" || rule === "star") return t(`${rule}Wins`)
  const key = WINS[rule]
  return seats === 1 ? t(key) : t(`${key}Seats`, { seats })
}

function majorityRule({ majority, base }: MotionDecision, { t }: Translator<DecisionKey>): string {
  return majority === "simple" ? t("passes-simple") : t(`passes-${majority}-${base}`)
}
