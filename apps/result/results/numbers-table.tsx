/** The numbers of the bars as a table. */

import type { TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

export function NumbersTable({ view, text }: { view: TallyView; text: ResultsText }) {
  const { t, number, percent } = text
  return (
    <details class="numbers-table">
      <summary>{t("table")}</summary>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("option")}</th>
              <th scope="col" class="number">
                {t("count")}
              </th>
              <th scope="col" class="number">
                {t("share")}
              </th>
            </tr>
          </thead>
          <tbody>
            {view.rows.map(({ option, votes, share }) => (
              <tr key={option.id}>
                <th scope="row">
                  <bdi>{option.label}</bdi>
                </th>
                <td class="number">{number(votes)}</td>
                <td class="number">{share === null ? "–" : percent(share)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {view.countsBallots ? (
              <>
                <FootRow name={t("ballotsName")} count={number(view.total)} />
                {view.abstained !== null && (
                  <FootRow name={t("abstentionsName")} count={number(view.abstained)} />
                )}
              </>
            ) : (
              <FootRow
                name={t("total")}
                count={number(view.total)}
                share={view.total === 0 ? "–" : percent(1)}
              />
            )}
          </tfoot>
        </table>
      </div>
    </details>
  )
}

function FootRow({ name, count, share = "–" }: { name: string; count: string; share?: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{count}</td>
      <td class="number">{share}</td>
    </tr>
  )
}
