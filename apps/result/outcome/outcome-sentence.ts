/** What rankings decide, in a sentence that a chair could read aloud. */

import { isOverfull } from "@tallyroom/lib/count/quorum"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"

/** "Knoxville wins.", "A tie: Ann and Bob. …", or while votes come in "Knoxville would win." */
export function outcomeSentence(
  { ballots, abstained, quorum, quorate, winners, tied, eligible }: Outcome,
  isFinal: boolean,
  options: NamedOptions,
  { t }: OutcomeText,
): string {
  if (eligible !== undefined && isOverfull(ballots, eligible))
    return t("tooMany", { ballots, count: eligible })
  if (!quorate) return t("noQuorum", { ballots, quorum })
  if (ballots === abstained) return t("nobody")
  const key = winners.length === 1 ? (isFinal ? "wins" : "winsNow") : isFinal ? "win" : "winNow"
  return [
    winners.length > 0 ? t(key, { options: options.list(winners) }) : "",
    tied.length > 0 ? t("tied", { options: options.list(tied) }) : "",
  ]
    .filter(Boolean)
    .join(" ")
}

/** By which rule it is counted, what that does, and how many must vote, and of how many, where that matters. */
export function ruleSentence(outcome: Outcome, text: OutcomeText): string {
  const { quorum, eligible } = outcome
  return [
    countingRule(outcome, text),
    ...(quorum > 0 ? [text.t("quorumRule", { count: quorum })] : []),
    ...(eligible === undefined ? [] : [text.t("eligibleRule", { count: eligible })]),
  ].join(" ")
}

function countingRule(outcome: Outcome, { t }: OutcomeText): string {
  const { rule, seats } = outcome
  if (rule === "stv") return t("byStv", { quota: outcome.quota, seats })
  return t(rule === "irv" ? "byIrv" : rule === "condorcet" ? "byCondorcet" : "byBorda")
}
