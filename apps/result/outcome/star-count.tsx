/** How STAR came to its winner: who is in the runoff, how many prefer whom, and the sums of all. */

import type { StarOutcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import { OptionName } from "./option-name"
import type { OutcomeText } from "./outcome-messages"
import { finalistsSentence, runoffSentence } from "./outcome-sentence"

type Props = { outcome: StarOutcome; options: NamedOptions; text: OutcomeText }

export function StarCount({ outcome, options, text }: Props) {
  const { t, number } = text
  const { rated, runoff } = outcome
  const how = [finalistsSentence(outcome, options, text), runoffSentence(outcome, options, text)]
    .filter(Boolean)
    .join(" ")
  const sumOf = (id: string) => rated[id]?.sum ?? 0
  const best = [...options.all].sort((a, b) => sumOf(b.id) - sumOf(a.id))
  return (
    <>
      {how && <p id="runoff">{how}</p>}
      <table class="outcome-table" id="star">
        <thead>
          <tr>
            <th scope="col">{t("option")}</th>
            <th scope="col" class="number">
              {t("sum")}
            </th>
            <th scope="col" class="number">
              {t("runoff")}
            </th>
          </tr>
        </thead>
        <tbody>
          {best.map(({ id, label }) => {
            const votes = runoff?.votes[id]
            return (
              <tr key={id}>
                <th scope="row">
                  <OptionName {...{ id, label, options }} />
                </th>
                <td class="number">{number(sumOf(id))}</td>
                <td class="number">{votes === undefined ? "–" : number(votes)}</td>
              </tr>
            )
          })}
        </tbody>
        {runoff && (
          <tfoot>
            <tr>
              <th scope="row">{t("noPreference")}</th>
              <td class="number">–</td>
              <td class="number">{number(runoff.equal)}</td>
            </tr>
          </tfoot>
        )}
      </table>
    </>
  )
}
