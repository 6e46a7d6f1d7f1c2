/** The points of each option, the most first. */

import type { BordaOutcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"
import { exactly } from "./rounds"
import { Swatch } from "./swatch"

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
              <Swatch id={id} options={options} /> <bdi>{label}</bdi>
            </th>
            <td class="number">{exactly(pointsOf(id), text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
