/** Each option against each other one, and the majorities that decide. */

import type { CondorcetOutcome } from "@tallyroom/lib/outcome/outcome"
import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"
import { ScrollingTable } from "./scrolling-table"

type Props = { outcome: CondorcetOutcome; options: NamedOptions; text: OutcomeText }

export function PairsTable({ outcome: { pairs, majorities }, options, text }: Props) {
  const { t, number } = text
  const ballots = (one: string, other: string) => pairs[one]?.[other] ?? 0
  return (
    <>
      <h3>{t("pairs")}</h3>
      {/* Not as its caption: where the table is wider than the page, only a part of that could be seen. */}
      <p class="muted" id="pairs-about">
        {t("pairsAbout")}
      </p>
      <ScrollingTable name={t("pairs")}>
        <table class="outcome-table" id="pairs" aria-describedby="pairs-about">
          <thead>
            <tr>
              <th scope="col">{t("option")}</th>
              {options.all.map(({ id, label }) => (
                <th key={id} scope="col" class="number">
                  <bdi>{label}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {options.all.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <bdi>{one.label}</bdi>
                </th>
                {options.all.map((other) => (
                  <td
                    key={other.id}
                    class={ballots(one.id, other.id) > ballots(other.id, one.id) ? "number wins" : "number"}
                  >
                    {one.id === other.id ? "–" : number(ballots(one.id, other.id))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollingTable>
      {majorities.length > 0 && (
        <details class="numbers-table">
          <summary>{t("majority")}</summary>
          <ol>
            {majorities.map(({ preferred, to, margin, kept }) => (
              <li key={`${preferred} ${to}`}>
                {t("preferredTo", {
                  option: options.list([preferred]),
                  other: options.list([to]),
                  count: margin,
                })}
                {!kept && ` (${t("leftOut")})`}
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  )
}
