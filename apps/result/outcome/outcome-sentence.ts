/** What whole ballots decide, in a sentence that a chair could read aloud. */

import { isOverfull } from "@tallyroom/lib/count/quorum"
import type { Outcome, StarOutcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"

/** "Knoxville wins.", "A tie: Ann and Bob. …", "A tie for who goes out next: …", or while votes come in "Knoxville would win." */
export function outcomeSentence(
  outcome: Outcome,
  isFinal: boolean,
  options: NamedOptions,
  { t }: OutcomeText,
): string {
  const { rule, ballots, abstained, quorum, quorate, seats, winners, tied, eligible } = outcome
  if (eligible !== undefined && isOverfull(ballots, eligible))
    return t("tooMany", { ballots, count: eligible })
  if (!quorate) return t("noQuorum", { ballots, quorum })
  if (ballots === abstained)
    return rule === "star"
      ? t(isFinal ? "nobodyRated" : "nobodyRates")
      : t(isFinal ? "nobodyRanked" : "nobody")
  const key = winners.length === 1 ? (isFinal ? "wins" : "winsNow") : isFinal ? "win" : "winNow"
  return [
    winners.length > 0 ? t(key, { options: options.list(winners) }) : "",
    tied.length > 0 ? t(tieKey(outcome), { options: options.list(tied) }) : "",
    tied.length > 0 && rule === "stv" ? t("seatsOpen", { count: seats - winners.length }) : "",
  ]
    .filter(Boolean)
    .join(" ")
}

/**
 * What the tied are equal for. Of rankings it is often not the win: who is last may be equal while others are ahead, and a chair must
 * not read out that it is between those who are last.
 */
function tieKey(outcome: Outcome): "tied" | "tiedForRunoff" | "tiedForOut" | "tiedForSurplus" {
  const { rule, winners, tied } = outcome
  if (rule === "star") return outcome.runoff === null ? "tiedForRunoff" : "tied"
  if (rule !== "irv" && rule !== "stv") return "tied"
  if (tied.every((id) => winners.includes(id))) return "tiedForSurplus"
  const left = Object.keys(outcome.rounds.at(-1)?.votes ?? {}).filter((id) => !winners.includes(id))
  return left.length > tied.length ? "tiedForOut" : "tied"
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
  if (rule === "stv") return t("byStv", { count: outcome.quota, seats })
  if (rule === "star") return t("byStar")
  return t(rule === "irv" ? "byIrv" : rule === "condorcet" ? "byCondorcet" : "byBorda")
}

/**
 * Who is in the runoff by which sums: "In the runoff by the highest sums: Ann (412) and Bob (398)." Or why there is none; empty
 * where that is a tie.
 */
export function finalistsSentence(
  { finalists, rated, runoff, winners }: StarOutcome,
  options: NamedOptions,
  { t, number, list }: OutcomeText,
): string {
  if (!runoff) return winners.length > 0 ? t("noRunoff") : ""
  const sumOf = (id: string) => rated[id]?.sum ?? 0
  const last = finalists.at(-1) ?? ""
  const isByPreference = Object.keys(rated).some((id) => !finalists.includes(id) && sumOf(id) === sumOf(last))
  const named = finalists.map((id) => `${options.list([id])} (${number(sumOf(id))})`)
  return [
    t("finalists", { options: list(named) }),
    isByPreference
      ? t("finalistsByPreference", {
          option: options.list(finalists.filter((id) => sumOf(id) === sumOf(last))),
        })
      : "",
  ]
    .filter(Boolean)
    .join(" ")
}

/** How many prefer whom: "Runoff: 61 for Ann, 40 for Bob, 9 without a preference." Empty where there is no runoff. */
export function runoffSentence(
  { finalists, runoff, winners }: StarOutcome,
  options: NamedOptions,
  { t }: OutcomeText,
): string {
  const [one, other] = finalists
  if (!runoff || one === undefined || other === undefined) return ""
  const [first = 0, second = 0] = [runoff.votes[one], runoff.votes[other]]
  const named = { option: options.list([one]), other: options.list([other]) }
  return [
    t("runoffVotes", { ...named, first, second, equal: runoff.equal }),
    first === second && winners.length > 0 ? t("runoffEqual") : "",
  ]
    .filter(Boolean)
    .join(" ")
}
