/** How a host reveals what rankings decide: round after round, and who wins with the last one. */

import { translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { Snapshot } from "../tally/snapshot"
import { namedOptions } from "./named-options"
import type { RankingData } from "./outcome-messages"
import type { ShownOutcome } from "./outcome-reads"
import { outcomeSentence } from "./outcome-sentence"
import { roundsOf } from "./rounds"

export type Step = {
  says: string
  /** The snapshot with the votes of a round, as the bars show them: whole, where parts of votes were transferred. */
  snapshot: Snapshot
}

export function stepsOf(
  language: Language,
  ranking: RankingData,
  { outcome }: ShownOutcome,
  snapshot: Snapshot,
): Step[] {
  const text = translator(language, ranking.messages)
  const options = namedOptions(snapshot, text)
  const sentence = outcomeSentence(outcome, snapshot.phase === "final", options, text)
  const hasRounds = (outcome.rule === "irv" || outcome.rule === "stv") && outcome.ballots > outcome.abstained
  if (!hasRounds) return [{ says: sentence, snapshot }]
  const rounds = roundsOf(outcome, options, text)
  return rounds.map(({ round, votes, says }) => ({
    says: [text.t("round", { round }), ...says, ...(round === rounds.length ? [sentence] : [])].join(" · "),
    snapshot: {
      ...snapshot,
      options: snapshot.options.map((option) => ({
        ...option,
        votes: Math.round(Number(votes.get(option.id) ?? 0)),
      })),
    },
  }))
}
