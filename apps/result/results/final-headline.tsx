import { isolated } from "@tallyroom/lib/ui/direction"
import type { TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

/** Says who won, and nothing when nobody voted. */
export function FinalHeadline({ view, text }: { view: TallyView; text: ResultsText }) {
  const { leaders } = view
  const [winner] = leaders
  if (!winner) return null
  return (
    <p class="winner" id="winner">
      {winner.option.emoji && leaders.length === 1 && (
        <span class="emoji" aria-hidden="true">
          {winner.option.emoji}
        </span>
      )}
      <span>{outcome(view, text)}</span>
    </p>
  )
}

/** "Cats wins", or "A tie: Cats and Dogs". */
export function outcome({ leaders }: TallyView, { t, list }: ResultsText): string {
  const labels = list(leaders.map(({ option }) => isolated(option.label)))
  return leaders.length === 1 ? t("wins", { option: labels }) : t("tie", { options: labels })
}
