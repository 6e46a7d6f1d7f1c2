import type { ResultsText } from "../tally/results-data"
import { fullBar, type Standing } from "../tally/standing"

/** What a full bar stands for, where that is not all votes. */
export function ScaleLine({ standing, text }: { standing: Standing; text: ResultsText }) {
  const share = fullBar(standing)
  if (share === null) return null
  return (
    <p class="scale" id="scale">
      {text.t("scale", { share: text.percent(share) })}
    </p>
  )
}
