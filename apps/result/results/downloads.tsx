/** Links to the numbers as files. */

import type { ResultsText } from "./results-data"

type Props = {
  csv: string
  json: string
  /** Where the whole ballots are, if they are to be had and nothing else on the page leads there. */
  ballots: string | null
  poll: string
  text: ResultsText
}

export function Downloads(props: Props) {
  const { csv, json, ballots, poll, text } = props
  return (
    <p class="downloads">
      <span>{text.t("downloads")}</span>
      <a href={csv} download={`${poll}.csv`}>
        CSV
      </a>
      <a href={json} download={`${poll}.json`}>
        JSON
      </a>
      {ballots && (
        <a href={ballots} download={`${poll}.cat`}>
          {text.t("ballotsFile")}
        </a>
      )}
    </p>
  )
}
