/** The standing in a sentence, read out by screen readers while it moves. */

import { isolated } from "@tallyroom/lib/ui/direction"
import { useRef } from "preact/hooks"
import type { ResultsText } from "./results-data"
import type { Standing } from "./standing"
import { useThrottled } from "./use-throttled"

/** More often nobody could listen to it. */
const ANNOUNCE_MS = 10_000

/** Says nothing at first: the page itself has it all. */
export function Announcement({ standing, text }: { standing: Standing; text: ResultsText }) {
  const now = summary(standing, text)
  const first = useRef(now)
  const said = useThrottled(now, ANNOUNCE_MS)
  return (
    <p class="visually-hidden" aria-live="polite" id="announcement">
      {said === first.current ? "" : said}
    </p>
  )
}

/** "12 votes. Cats leads with 58%." */
export function summary({ total, leaders }: Standing, { t, percent, list }: ResultsText): string {
  const [leader] = leaders
  if (!leader) return t("noVotes")
  // Of equal ones some may be shown with a tenth of a percent more, so that all are 100 % together.
  const share = percent(leaders.length === 1 ? (leader.share ?? 0) : leader.votes / total)
  const labels = leaders.map(({ option }) => isolated(option.label))
  const place =
    leaders.length === 1
      ? t("leads", { option: isolated(leader.option.label), share })
      : t("level", { options: list(labels), share })
  return `${t("votes", { count: total })}. ${place}`
}
