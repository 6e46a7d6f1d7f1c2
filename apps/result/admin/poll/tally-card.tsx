/** The tally as the admin sees it: with all counts, whatever the public is shown. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import { OutcomeList } from "../../decision/outcome-list"
import { outcomeCounts, outcomeLines } from "../../decision/outcome-sentences"
import { figuresOf } from "../../tally/figures"
import { outcomeOf } from "../../tally/outcome-of"
import type { Snapshot } from "../../tally/snapshot"
import { type TallyRow, tallyViewOf } from "../../tally/tally-view"
import type { AdminKey } from "../admin-messages"
import { useAdminText } from "../admin-text"

export function TallyCard({ snapshot }: { snapshot: Snapshot }) {
  const text = useAdminText()
  const { t, number } = text
  const { ballot, options, total = 0, abstained } = snapshot
  const outcome = outcomeOf(snapshot)
  const decided = outcome ? outcomeLines(outcome, options, text) : []
  const rows = tallyViewOf(snapshot)?.rows ?? []
  const saysMore = rows.some(({ motion, rated }) => motion || rated)
  return (
    <section class="card">
      <h2>{t("tally")}</h2>
      <p class="poll-votes">
        <strong class="number" data-part="total">
          {number(total)}
        </strong>{" "}
        {t(ballot ? "ballotsUnit" : "votesUnit", { count: total })}
      </p>
      <table class={saysMore ? "tally told" : "tally"}>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{t("option")}</th>
            <th scope="col" colSpan={saysMore ? 2 : 1}>
              {t("votes")}
            </th>
            {!saysMore && <th scope="col">{t("share")}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <OptionRow key={row.option.id} row={row} />
          ))}
          {abstained !== undefined && (
            <tr>
              <th scope="row">{t("abstentionsName")}</th>
              <td class="number" data-part="abstained">
                {number(abstained)}
              </td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
      {ballot?.method === "rank" && <p class="muted">{t("firstPreferences")}</p>}
      {outcome && decided.length > 0 && (
        <div data-part="outcome">
          <p class="muted">{t(snapshot.phase === "final" ? "outcome" : "ifNow")}</p>
          <OutcomeList counts={outcomeCounts(outcome, options, text)} lines={decided} />
        </div>
      )}
      <p class="muted">{t(whoSees(snapshot))}</p>
    </section>
  )
}

/** Votes and their share; or what ballots say of the option, in the words of the results page. */
function OptionRow({ row }: { row: TallyRow }) {
  const text = useAdminText()
  const { option, index, votes, share } = row
  const figures = figuresOf(row, text)
  return (
    <tr data-option={option.id}>
      <th scope="row">
        {option.emoji && <span aria-hidden="true">{option.emoji} </span>}
        <bdi>{option.label}</bdi>
        <ShareBar option={option} index={index} share={barPart(row)} />
      </th>
      <td class="number" data-part="votes">
        {figures?.first ?? text.number(votes)}
      </td>
      <td class="number" data-part="more">
        {figures?.second ?? text.percent(share ?? 0)}
      </td>
    </tr>
  )
}

/** From 0 to 1: the part of what a motion is decided by that is for it, how near a rating is to the best, or the share. */
function barPart({ motion, rated, length, share }: TallyRow): number {
  if (motion) return motion.base === 0 ? 0 : motion.yes / motion.base
  return rated ? length : (share ?? 0)
}

/** The message that says who sees the numbers now. */
function whoSees({ phase, state, results }: Snapshot): AdminKey {
  if (phase === "draft" || phase === "scheduled") return `shown-${phase}`
  if (state === "open" || state === "paused") return `shown-${results}`
  return results === "after-vote" ? "shown-closed-after-vote" : "shown-closed"
}

type BarProps = { option: { colour?: string | undefined }; index: number; share: number }

function ShareBar({ option, index, share }: BarProps) {
  const { light, dark } = optionColours(option, index)
  const width = `${(share * 100).toFixed(2)}%`
  return (
    <svg class="share-bar" aria-hidden="true">
      <rect class="on-light" width={width} height="100%" fill={light.fill} />
      <rect class="on-dark" width={width} height="100%" fill={dark.fill} />
    </svg>
  )
}
