/** The time until voting opens, by the server's clock. */

import type { PollFacts } from "./ballot-data"
import { useBallotText } from "./ballot-text"

/** A longer span is told in words. */
const LONGEST_CLOCK_MS = 86_399_000

type Props = {
  poll: PollFacts
  now: number
  timeZone: string | undefined
  /** Scripts run, so that the ballot appears by itself. */
  live: boolean
}

export function Countdown({ poll, now, timeZone, live }: Props) {
  const { t, dateTime, duration } = useBallotText()
  if (poll.opensAt === null) return null
  const opensAt = new Date(poll.opensAt)
  const left = Math.max(0, opensAt.getTime() - now)
  return (
    <div class="card countdown">
      <p>{t("opens")}</p>
      <p class="clock" role="timer">
        {left > LONGEST_CLOCK_MS ? duration(left) : clock(left)}
      </p>
      <p class="muted">
        <time dateTime={poll.opensAt}>{t("opensAt", { date: dateTime(opensAt, timeZone) })}</time>
        <span>{t(live ? "appears" : "reloadThen")}</span>
      </p>
    </div>
  )
}

/** A span such as `1:02:03`. It is rounded up, so that the last second is shown until it is over. */
function clock(ms: number): string {
  const time = new Date(Math.ceil(ms / 1_000) * 1_000).toISOString().slice(11, 19)
  return time.replace(/^(00:)?0?/, "")
}
