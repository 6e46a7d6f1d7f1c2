/** How a host reveals what whole ballots decide: round after round, or scores and a runoff, and who wins with the last one. */

import type { StarOutcome } from "@tallyroom/lib/outcome/outcome"
import { translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { Snapshot } from "../tally/snapshot"
import { type NamedOptions, namedOptions } from "./named-options"
import type { OutcomeText, RankingData } from "./outcome-messages"
import type { ShownOutcome } from "./outcome-reads"
import { finalistsSentence, outcomeSentence, runoffSentence } from "./outcome-sentence"
import { roundsOf } from "./rounds"

export type Step = {
  says: string
  /** The snapshot with the votes of a round, as the bars show them: whole, where parts of votes were transferred. */
  snapshot: Snapshot
  /** Ids of the options that take part in it; all where none is out. */
  left?: readonly string[]
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
  if (outcome.rule === "star" && outcome.runoff) return starSteps(outcome, sentence, options, text, snapshot)
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
    left: [...votes.keys()],
  }))
}

/** The scores, with who goes on; then the runoff, whose bars are ballots. */
function starSteps(
  outcome: StarOutcome,
  sentence: string,
  options: NamedOptions,
  text: OutcomeText,
  snapshot: Snapshot,
): Step[] {
  const { decision: _, ...counted } = snapshot
  const votesOf = (id: string) => outcome.runoff?.votes[id] ?? 0
  return [
    { says: `${text.t("scores")} · ${finalistsSentence(outcome, options, text)}`, snapshot },
    {
      says: `${runoffSentence(outcome, options, text)} · ${sentence}`,
      snapshot: {
        ...counted,
        options: snapshot.options.map((option) => ({ ...option, votes: votesOf(option.id) })),
      },
      left: outcome.finalists,
    },
  ]
}
