/** What a ballot may say, in a sentence. */

import { type Asked, limitsOf } from "@tallyroom/lib/ballots/choice"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { DecisionKey } from "../decision/decision-messages"
import type { TallyKey } from "./tally-messages"

/** "Each ballot may choose up to 3 options. It may also abstain." */
export function ballotRule(asked: Asked, { t }: Translator<TallyKey | DecisionKey>): string {
  const { ballot } = asked
  const rule =
    ballot.method === "rate" ? t("ruleRate", { highest: ballot.highest }) : t(ruleKey(asked), limitsOf(asked))
  return ballot.abstain ? `${rule} ${t(isOfMotions(asked) ? "mayAbstainAll" : "mayAbstain")}` : rule
}

/** Whether it says yes or no to more than one option. */
function isOfMotions({ ballot, options }: Asked): boolean {
  return ballot.method === "decide" && options.length > 1
}

function ruleKey(asked: Asked): TallyKey | "ruleDecide" | "ruleDecideOne" {
  if (asked.ballot.method === "decide") return isOfMotions(asked) ? "ruleDecide" : "ruleDecideOne"
  const { min, max } = limitsOf(asked)
  if (asked.ballot.method === "rank") return asked.ballot.max === "all" ? "ruleRank" : "ruleRankUpTo"
  if (max === asked.options.length && "max" in asked.ballot && asked.ballot.max === "all")
    return min === 1 ? "ruleAny" : "ruleAtLeast"
  if (max === 1) return "ruleOne"
  if (min === max) return "ruleExactly"
  return min === 1 ? "ruleUpTo" : "ruleBetween"
}
