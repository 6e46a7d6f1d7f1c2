/** Says how fresh the numbers are. */

import { clockTime } from "../live/clock-time"
import type { Connection } from "../live/use-live"
import type { ResultsText } from "./results-data"

export function ConnectionLine({ connection, text }: { connection: Connection; text: ResultsText }) {
  const { state, heardAt } = connection
  return (
    <p class={`connection ${state}`} id="connection" role="status">
      {state === "stale" ? text.t("stale", { time: clockTime(text.language, heardAt) }) : text.t(state)}
    </p>
  )
}
