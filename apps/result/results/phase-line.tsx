/** Says whether people can vote, and until when. */

import type { ServerClock } from "../live/clock"
import { useMounted } from "../live/use-mounted"
import { useNow } from "../live/use-now"
import type { Snapshot } from "../tally/snapshot"
import type { ResultsText } from "./results-data"

type Props = { snapshot: Snapshot; text: ResultsText; clock: ServerClock; first: number }

export function PhaseLine({ snapshot, text, clock, first }: Props) {
  const { phase, opensAt, closesAt } = snapshot
  const next = phase === "scheduled" ? opensAt : phase === "open" ? closesAt : null
  const now = useNow(clock, first, next !== null)
  const when = useMoment(text)
  const left = next === null ? 0 : Date.parse(next) - now
  return (
    <p class="phase" id="phase">
      <span class={`chip ${TONES[phase]}`}>{phaseText(snapshot, text, when)}</span>
      {left > 0 && (
        <span class="countdown" role="timer">
          {text.t(phase === "scheduled" ? "opensIn" : "closesIn", { time: text.duration(left) })}
        </span>
      )}
    </p>
  )
}

const TONES: Record<Snapshot["phase"], string> = {
  draft: "warn",
  scheduled: "warn",
  open: "good",
  paused: "warn",
  closed: "warn",
  final: "done",
}

function phaseText(
  { phase, opensAt, closesAt, finalAt }: Snapshot,
  { t }: ResultsText,
  when: Moment,
): string {
  if (phase === "scheduled") return t("scheduled", { when: when(opensAt) })
  if (phase === "open") return closesAt ? t("openUntil", { when: when(closesAt) }) : t("open")
  return phase === "final" && finalAt ? t("finalSince", { when: when(finalAt) }) : t(phase)
}

type Moment = (iso: string | null) => string

/** Writes moments: in UTC on the server, and in the reader's own time zone once scripts run. */
function useMoment({ dateTime }: ResultsText): Moment {
  const zone = useMounted() ? undefined : "UTC"
  return (iso) => (iso === null ? "" : dateTime(new Date(iso), zone))
}
