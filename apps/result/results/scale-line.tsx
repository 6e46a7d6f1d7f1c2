import { fullBar, type TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

/** Says what a full bar means, where that is not all votes. */
export function ScaleLine({ view, text }: { view: TallyView; text: ResultsText }) {
  const share = fullBar(view)
  if (share === null) return null
  return (
    <p class="scale" id="scale">
      {text.t("scale", { share: text.percent(share) })}
    </p>
  )
}
