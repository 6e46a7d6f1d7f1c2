/** The points of each option, the most first. */

import type { BordaOutcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import { OptionName } from "./option-name"
import type { OutcomeText } from "./outcome-messages"
import { exactly } from "./rounds"

type Props = { outcome: BordaOutcome; options: NamedOptions; text: OutcomeText }

export function PointsTable({ outcome: { points }, options, text }: Props) {
  const { t } = text
  const pointsOf = (id: string) => points[id] ?? "0"
  const best = [...options.all].sort((a, b) => Number(pointsOf(b.id)) - Number(pointsOf(a.id)))
  return (
    <table class="outcome-table" id="points">
      <thead>
        <tr>
          <th scope="col">{t("option")}</th>
          <th scope="col" class="number">
            {t("points")}
          </th>
        </tr>
      </thead>
      <tbody>
        {best.map(({ id, label }) => (
          <tr key={id}>
            <th scope="row">
              <OptionName {...{ id, label, options }} />
            </th>
            <td class="number">{exactly(pointsOf(id), text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
