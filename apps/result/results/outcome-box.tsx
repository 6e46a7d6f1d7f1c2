/** What the poll decides by its own decision: for good, or what it would decide now. */

import { decisionRule } from "../decision/decision-rule"
import { OutcomeList } from "../decision/outcome-list"
import { outcomeCounts, outcomeLines } from "../decision/outcome-sentences"
import type { Snapshot } from "../tally/snapshot"
import type { TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

export function OutcomeBox(props: { snapshot: Snapshot; view: TallyView; text: ResultsText }) {
  const { snapshot, view, text } = props
  const { decision, options, phase } = snapshot
  if (!decision || !view.outcome) return null
  const final = phase === "final"
  const lines = outcomeLines(view.outcome, options, text)
  return (
    <section class="decided" id="outcome">
      {lines.length > 0 && (
        <>
          <h2>{text.t(final ? "outcome" : "ifNow")}</h2>
          <OutcomeList counts={outcomeCounts(view.outcome, options, text)} lines={lines} />
        </>
      )}
      <p class="rule">{decisionRule(decision, text)}</p>
    </section>
  )
}
