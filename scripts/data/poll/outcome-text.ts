/** What a poll decides, in sentences that a chair can read aloud, as the results page says them. */

import { translator } from "@tallyroom/lib/ui/i18n"
import { decisionRule } from "../../../apps/result/decision/decision-rule"
import { outcomeSentences } from "../../../apps/result/decision/outcome-sentences"
import { namedOptions } from "../../../apps/result/outcome/named-options"
import { outcomeMessages } from "../../../apps/result/outcome/outcome-messages"
import type { ShownOutcome } from "../../../apps/result/outcome/outcome-reads"
import {
  finalistsSentence,
  outcomeSentence,
  ruleSentence,
  runoffSentence,
} from "../../../apps/result/outcome/outcome-sentence"
import { resultsMessages } from "../../../apps/result/results/results-messages"
import { summary } from "../../../apps/result/results/summary"
import type { Snapshot } from "../../../apps/result/tally/snapshot"
import { tallyViewOf } from "../../../apps/result/tally/tally-view"

/** They part texts of two directions of writing, and a terminal may show them as boxes. */
const ISOLATES = /[\u2068\u2069]/g

/**
 * "Outcome", or what would be decided now, with the rule below. Empty where nothing was counted.
 * @param ranking what whole ballots decide; null where the tally alone does
 */
export function outcomeText(results: Snapshot, ranking: ShownOutcome | null): string {
  const text = translator("en", resultsMessages.en)
  const lines = ranking ? rankingLines(results, ranking) : talliedLines(results)
  if (lines.length === 0) return ""
  const isFinal = ranking ? ranking.final : results.phase === "final"
  const heading = text.t(isFinal ? "outcome" : "ifNow")
  return [`${heading}:`, ...lines.map((line) => `  ${line}`)].join("\n").replaceAll(ISOLATES, "")
}

function rankingLines(results: Snapshot, { final, outcome }: ShownOutcome): string[] {
  const text = translator("en", outcomeMessages.en)
  const options = namedOptions(results, text)
  const how =
    outcome.rule === "star"
      ? [finalistsSentence(outcome, options, text), runoffSentence(outcome, options, text)]
      : []
  return [outcomeSentence(outcome, final, options, text), ...how.filter(Boolean), ruleSentence(outcome, text)]
}

function talliedLines(results: Snapshot): string[] {
  const text = translator("en", resultsMessages.en)
  const view = tallyViewOf(results)
  if (!view || view.total === 0) return []
  const { decision, options, phase } = results
  if (!decision || !view.outcome) return [summary(view, phase === "final", text)]
  return [...outcomeSentences(view.outcome, options, text), decisionRule(decision, text)]
}
