/** The results as a sentence, which screen readers read out when it changes. */

import { isolated } from "@tallyroom/lib/ui/direction"
import { useRef } from "preact/hooks"
import type { TallyView } from "../tally/tally-view"
import { useThrottled } from "../tally/use-throttled"
import { outcome } from "./final-headline"
import type { ResultsText } from "./results-data"

/** Nobody could listen to it more often. */
const ANNOUNCE_MS = 10_000

/** @param view null while no counts are shown */
type Props = { view: TallyView | null; final: boolean; text: ResultsText }

/** Says nothing at first, as the page itself says it all. */
export function Announcement({ view, final, text }: Props) {
  const now = view ? summary(view, final, text) : ""
  const first = useRef(now)
  const announced = useThrottled(now, ANNOUNCE_MS)
  return (
    <p class="visually-hidden" aria-live="polite" id="announcement">
      {announced === first.current ? "" : announced}
    </p>
  )
}

/** "12 votes. Cats leads with 58%.", or "12 votes. Cats wins" for a final poll. */
export function summary(view: TallyView, final: boolean, text: ResultsText): string {
  const { t } = text
  const [leader] = view.leaders
  if (!leader) return t(final ? "nobodyVoted" : "noVotes")
  const place = final ? outcome(view, text) : lead(view, text)
  return `${t("votes", { count: view.total })}. ${place}`
}

function lead({ leaders }: TallyView, { t, percent, list }: ResultsText): string {
  const share = percent(leaders[0]?.share ?? 0)
  const labels = leaders.map(({ option }) => isolated(option.label))
  return leaders.length === 1
    ? t("leads", { option: list(labels), share })
    : t("level", { options: list(labels), share })
}
