/** How often each rating was given, as small columns. */

import type { RatedRow } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

export function Distribution({ rated: { counts }, text }: { rated: RatedRow; text: ResultsText }) {
  const most = Math.max(1, ...counts)
  return (
    <ol class="distribution" aria-label={text.t("distribution")}>
      {counts.map((count, rating) => (
        <li key={`${rating}`}>
          <span class="count" data-part="count">
            {text.number(count)}
          </span>
          <Column part={count / most} />
          <span class="rating">
            <span class="visually-hidden">: </span>
            {text.number(rating)}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Column({ part }: { part: number }) {
  const height = 100 * part
  return (
    <svg aria-hidden="true">
      <rect y={`${(100 - height).toFixed(2)}%`} width="100%" height={`${height.toFixed(2)}%`} />
    </svg>
  )
}
