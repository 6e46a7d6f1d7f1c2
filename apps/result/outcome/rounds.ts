/** The rounds of a runoff or a transfer, in one form for pictures and tables. */

import type { IrvOutcome, StvOutcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"

export type Round = {
  /** From 1 on. */
  round: number
  /** By option; who is out has none. */
  votes: ReadonlyMap<string, string>
  /** Votes that are with nobody. */
  rest: string
  /** What happens by this round, or has led to it. */
  says: string[]
}

export function roundsOf(
  outcome: IrvOutcome | StvOutcome,
  options: NamedOptions,
  text: OutcomeText,
): Round[] {
  return outcome.rule === "irv"
    ? runoffRounds(outcome, options, text)
    : transferRounds(outcome, options, text)
}

function runoffRounds({ rounds }: IrvOutcome, options: NamedOptions, text: OutcomeText): Round[] {
  return rounds.map(({ votes, exhausted, out, by }, i) => ({
    round: i + 1,
    votes: new Map(Object.entries(votes).map(([id, count]) => [id, String(count)])),
    rest: String(exhausted),
    says: out.length > 0 ? [goingOut(out, by, options, text)] : [],
  }))
}

function transferRounds({ rounds }: StvOutcome, options: NamedOptions, text: OutcomeText): Round[] {
  return rounds.map(({ after, by, votes, notTransferable, elected }, i) => ({
    round: i + 1,
    votes: new Map(Object.entries(votes)),
    rest: notTransferable,
    says: [
      after === null
        ? text.t("firstPreferences")
        : "surplusOf" in after
          ? withReason(text.t("surplusOf", { option: options.list([after.surplusOf]) }), by, text)
          : goingOut(after.out, by, options, text),
      ...(elected.length > 0 ? [text.t("elected", { options: options.list(elected) })] : []),
    ],
  }))
}

type By = IrvOutcome["rounds"][number]["by"]

function goingOut(out: readonly string[], by: By, options: NamedOptions, text: OutcomeText): string {
  const key = by === "together" ? "outTogether" : "out"
  return withReason(text.t(key, { options: options.list(out) }), by, text)
}

function withReason(says: string, by: By, { t }: OutcomeText): string {
  if (by === "earlier round") return `${says} (${t("byEarlier")})`
  return by === "lot" ? `${says} (${t("byLot")})` : says
}

/** Votes as the language writes them, with all their decimal places. */
export function exactly(votes: string, { language }: OutcomeText): string {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 5 })
  return format.format(votes as `${number}`)
}
