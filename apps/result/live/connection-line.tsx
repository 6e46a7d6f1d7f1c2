/** How fresh the numbers are. */

import type { ResultsText } from "../tally/results-data"
import type { Connection } from "./use-live"

export function ConnectionLine({ connection, text }: { connection: Connection; text: ResultsText }) {
  const { state, heardAt } = connection
  return (
    <p class={`connection ${state}`} id="connection" role="status">
      {state === "stale" ? text.t("stale", { time: clockTime(text.language, heardAt) }) : text.t(state)}
    </p>
  )
}

/** "14:02", or with the day when that was not today. */
export function clockTime(language: string, ms: number): string {
  const moment = new Date(ms)
  const today = moment.toDateString() === new Date().toDateString()
  const format = new Intl.DateTimeFormat(language, {
    timeStyle: "short",
    ...(!today && { dateStyle: "short" }),
  })
  return format.format(moment)
}
