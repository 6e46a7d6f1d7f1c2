/** The tally as the admin sees it: with all counts, whatever the public is shown. */

import { optionColours } from "@tallyroom/lib/ui/colour"
import { outcomeInOne } from "../../decision/outcome-sentences"
import { outcomeOf } from "../../tally/outcome-of"
import type { Snapshot } from "../../tally/snapshot"
import { sharesIn } from "../../tally/tally-view"
import type { AdminKey } from "../admin-messages"
import { useAdminText } from "../admin-text"

export function TallyCard({ snapshot }: { snapshot: Snapshot }) {
  const text = useAdminText()
  const { t, number, percent } = text
  const { ballot, options, total = 0, abstained } = snapshot
  const outcome = outcomeOf(snapshot)
  const decided = outcome && outcomeInOne(outcome, options, snapshot.phase === "final", text)
  const shares = sharesIn(snapshot)
  return (
    <section class="card">
      <h2>{t("tally")}</h2>
      <p class="poll-votes">
        <strong class="number" data-part="total">
          {number(total)}
        </strong>{" "}
        {t(ballot ? "ballotsUnit" : "votesUnit", { count: total })}
      </p>
      <table class="tally">
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{t("option")}</th>
            <th scope="col">{t("votes")}</th>
            <th scope="col">{t("share")}</th>
          </tr>
        </thead>
        <tbody>
          {options.map((option, i) => (
            <tr key={option.id} data-option={option.id}>
              <th scope="row">
                {option.emoji && <span aria-hidden="true">{option.emoji} </span>}
                <bdi>{option.label}</bdi>
                <ShareBar option={option} index={i} share={shares?.[i] ?? 0} />
              </th>
              <td class="number" data-part="votes">
                {number(option.votes ?? 0)}
              </td>
              <td class="number">{percent(shares?.[i] ?? 0)}</td>
            </tr>
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
      {decided && <p data-part="outcome">{decided}</p>}
      <p class="muted">{t(whoSees(snapshot))}</p>
    </section>
  )
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
