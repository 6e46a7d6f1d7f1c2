import type { TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

/** Says what a full bar means, where that is not all votes. */
export function ScaleLine({ view, text }: { view: TallyView; text: ResultsText }) {
  const share = view.full
  if (share === null) return null
  return (
    <p class="scale" id="scale">
      {text.t(view.countsBallots ? "scaleOfBallots" : "scale", { share: text.percent(share) })}
    </p>
  )
}
