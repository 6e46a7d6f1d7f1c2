/** What rankings decide, in a sentence that a chair could read aloud. */

import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"

/** "Knoxville wins.", "A tie: Ann and Bob. …", or while votes come in "Knoxville would win." */
export function outcomeSentence(
  { ballots, abstained, quorum, quorate, winners, tied }: Outcome,
  isFinal: boolean,
  options: NamedOptions,
  { t }: OutcomeText,
): string {
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

/** By which rule it is counted, and what that does. */
export function ruleSentence(outcome: Outcome, { t }: OutcomeText): string {
  const { rule, seats } = outcome
  if (rule === "stv") return t("byStv", { quota: outcome.quota, seats })
  return t(rule === "irv" ? "byIrv" : rule === "condorcet" ? "byCondorcet" : "byBorda")
}
