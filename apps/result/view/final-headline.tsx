import { isolated } from "@tallyroom/lib/ui/direction"
import type { ResultsText } from "./results-data"
import type { Standing } from "./standing"

/** Who won; nothing when nobody voted. */
export function FinalHeadline({ standing: { leaders }, text }: { standing: Standing; text: ResultsText }) {
  const [winner] = leaders
  if (!winner) return null
  const labels = leaders.map(({ option }) => isolated(option.label))
  return (
    <p class="winner" id="winner">
      {winner.option.emoji && leaders.length === 1 && (
        <span class="emoji" aria-hidden="true">
          {winner.option.emoji}
        </span>
      )}
      <span>
        {leaders.length === 1
          ? text.t("wins", { option: isolated(winner.option.label) })
          : text.t("tie", { options: text.list(labels) })}
      </span>
    </p>
  )
}
