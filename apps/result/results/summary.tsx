/** The results as a sentence, which screen readers read out when it changes. */

import { isolated } from "@tallyroom/lib/ui/direction"
import { useRef } from "preact/hooks"
import { outcomeInOne } from "../decision/outcome-sentences"
import type { TallyView } from "../tally/tally-view"
import { useThrottled } from "../tally/use-throttled"
import { outcome } from "./final-headline"
import type { ResultsText } from "./results-data"

/** Nobody could listen to it more often. */
const ANNOUNCE_MS = 10_000

type Named = Parameters<typeof outcomeInOne>[1]

/** @param view null while no counts are shown */
type Props = { view: TallyView | null; options: Named; final: boolean; text: ResultsText }

/** Says nothing at first, as the page itself says it all. */
export function Announcement({ view, options, final, text }: Props) {
  const now = view ? summary(view, final, text, options) : ""
  const first = useRef(now)
  const announced = useThrottled(now, ANNOUNCE_MS)
  return (
    <p class="visually-hidden" aria-live="polite" id="announcement">
      {announced === first.current ? "" : announced}
    </p>
  )
}

/** "12 votes. Cats leads with 58%.", "12 votes. Cats wins" for a final poll, or "12 ballots. 2 abstentions. Cats wins". */
export function summary(view: TallyView, final: boolean, text: ResultsText, options: Named = []): string {
  const [leader] = view.leaders
  if (view.total === 0) return totalText(view, final, text)
  const { outcome: decided } = view
  const place = decided
    ? outcomeInOne(decided, options, final, text)
    : leader && (final ? outcome(view, text) : lead(view, text))
  const abstentions = view.abstained ? text.t("abstentions", { count: view.abstained }) : null
  return [totalText(view, final, text), abstentions, place].filter(Boolean).join(". ")
}

/** "12 votes", or "12 ballots" where a ballot may choose several options or none. */
export function totalText({ total, countsBallots }: TallyView, final: boolean, { t }: ResultsText): string {
  if (total === 0) return t(final ? "nobodyVoted" : "noVotes")
  return t(countsBallots ? "ballots" : "votes", { count: total })
}

function lead({ leaders }: TallyView, { t, percent, list }: ResultsText): string {
  const share = percent(leaders[0]?.share ?? 0)
  const labels = leaders.map(({ option }) => isolated(option.label))
  return leaders.length === 1
    ? t("leads", { option: list(labels), share })
    : t("level", { options: list(labels), share })
}
