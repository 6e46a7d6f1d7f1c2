/** All rounds as a table: an option a row, a round a column. */

import type { NamedOptions } from "./named-options"
import { OptionName } from "./option-name"
import type { OutcomeText } from "./outcome-messages"
import { exactly, type Round } from "./rounds"
import { ScrollingTable } from "./scrolling-table"

type Props = { rounds: readonly Round[]; restName: string; options: NamedOptions; text: OutcomeText }

export function RoundsTable({ rounds, restName, options, text }: Props) {
  const { t } = text
  return (
    <ScrollingTable name={t("rounds")}>
      <table class="outcome-table">
        <caption class="visually-hidden">{t("roundsAbout")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("option")}</th>
            {rounds.map(({ round }) => (
              <th key={round} scope="col" class="number">
                {t("round", { round })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {options.all.map(({ id, label }) => (
            <tr key={id}>
              <th scope="row">
                <OptionName {...{ id, label, options }} />
              </th>
              {rounds.map(({ round, votes }) => (
                <td key={round} class="number">
                  {votes.has(id) ? exactly(votes.get(id) ?? "", text) : "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{restName}</th>
            {rounds.map(({ round, rest }) => (
              <td key={round} class="number">
                {exactly(rest, text)}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </ScrollingTable>
  )
}
