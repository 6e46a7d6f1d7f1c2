import type { ResultsText } from "./results-data"

/** Links to the numbers as files. */
export function Downloads(props: { csv: string; json: string; poll: string; text: ResultsText }) {
  const { csv, json, poll, text } = props
  return (
    <p class="downloads">
      <span>{text.t("downloads")}</span>
      <a href={csv} download={`${poll}.csv`}>
        CSV
      </a>
      <a href={json} download={`${poll}.json`}>
        JSON
      </a>
    </p>
  )
}
