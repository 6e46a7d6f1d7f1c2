/** The numbers of the bars as a table. */

import { ratedFigure } from "../tally/figures"
import type { TallyRow, TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

export function NumbersTable({ view, text }: { view: TallyView; text: ResultsText }) {
  const { t, number, percent } = text
  const columns = columnsOf(view, text)
  return (
    <details class="numbers-table">
      <summary>{t("table")}</summary>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("option")}</th>
              {columns.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.rows.map((row) => (
              <tr key={row.option.id}>
                <th scope="row">
                  <bdi>{row.option.label}</bdi>
                </th>
                {columns.map(({ name, of }) => (
                  <td key={name} class="number">
                    {of(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            {view.countsBallots ? (
              <>
                <FootRow name={t("ballotsName")} count={number(view.total)} rest={columns.length - 1} />
                {view.abstained !== null && (
                  <FootRow
                    name={t("abstentionsName")}
                    count={number(view.abstained)}
                    rest={columns.length - 1}
                  />
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

type Column = { name: string; of: (row: TallyRow) => string }

/** Votes and shares, or what ballots say of each option. */
function columnsOf({ rows: [first] }: TallyView, text: ResultsText): Column[] {
  const { t, number, percent } = text
  if (first?.rated) {
    const ratings = first.rated.counts.map((_, rating) => ({
      name: number(rating),
      of: ({ rated }: TallyRow) => number(rated?.counts[rating] ?? 0),
    }))
    return [
      { name: t(first.rated.by), of: ({ rated }) => (rated ? ratedFigure(rated, text) : "–") },
      { name: t("ratingsName"), of: ({ rated }) => number(rated?.ratings ?? 0) },
      ...ratings,
    ]
  }
  if (first?.motion)
    return [
      { name: t("yes"), of: ({ motion }) => number(motion?.yes ?? 0) },
      { name: t("no"), of: ({ motion }) => number(motion?.no ?? 0) },
      { name: t("abstain"), of: ({ motion }) => number(motion?.abstained ?? 0) },
    ]
  return [
    { name: t("count"), of: ({ votes }) => number(votes) },
    { name: t("share"), of: ({ share }) => (share === null ? "–" : percent(share)) },
  ]
}

type FootProps = { name: string; count: string; share?: string; rest?: number }

/** @param rest how many columns follow the first one */
function FootRow({ name, count, share = "–", rest = 1 }: FootProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{count}</td>
      {Array.from({ length: rest }, (_, i) => (
        <td key={`${i}`} class="number">
          {share}
        </td>
      ))}
    </tr>
  )
}
