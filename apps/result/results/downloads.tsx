import type { ResultsText } from "./results-data"

/** Links to the numbers as files. */
type Props = { csv: string; json: string; ballots: string | null; poll: string; text: ResultsText }

/** @param props `ballots`: where the whole ballots are, if they are to be had and nothing else on the page leads there */
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
