/** The side beside the bars: how to vote, how many have voted, and how long the poll is open. */

import { trustedHtml } from "@tallyroom/lib/ui/trusted-html"
import { countdown, type ServerClock } from "../live/clock"
import { useNow } from "../live/use-now"
import type { Snapshot } from "../tally/snapshot"
import type { TallyView } from "../tally/tally-view"
import type { StageData, StageText } from "./stage-data"
import { fitOf } from "./stage-sizes"

type Props = {
  data: StageData
  snapshot: Snapshot
  text: StageText
  clock: ServerClock
  view: TallyView | null
}

export function StageSide({ data, snapshot, text, clock, view }: Props) {
  const { phase } = snapshot
  return (
    <section class={`stage-side ${phase}`}>
      {(phase === "open" || phase === "scheduled" || phase === "paused") && (
        <figure class="stage-scan">
          <div dangerouslySetInnerHTML={{ __html: trustedHtml(data.qr) }} />
          <figcaption>
            {text.t(phase === "open" ? "scan" : "scanAhead")}
            <Link link={data.link} />
            {data.unreachable !== null && (
              <span class="unreachable">{text.t("ownMachine", { host: data.unreachable })}</span>
            )}
          </figcaption>
        </figure>
      )}
      {phase !== "open" && phase !== "draft" && <p class="stage-phase">{text.t(phase)}</p>}
      {view && (phase !== "scheduled" || view.total > 0) && (
        <p class="counter">
          <strong id="total" data-fit={fitOf(text.number(view.total))}>
            {text.number(view.total)}
          </strong>{" "}
          <span>{text.t(view.countsBallots ? "ballotsUnit" : "votes", { count: view.total })}</span>
        </p>
      )}
      <Countdown snapshot={snapshot} text={text} clock={clock} first={data.now} />
    </section>
  )
}

/** The address in letters as large as there is room for. If it needs two lines, the path is the second one. */
function Link({ link }: { link: string }) {
  const at = link.includes("/") ? link.indexOf("/") : link.length
  const [host, path] = [link.slice(0, at), link.slice(at)]
  return (
    <strong class="link" data-fit={Math.max(fitOf(host), fitOf(path))} dir="ltr">
      {host}
      {path && <wbr />}
      {path}
    </strong>
  )
}

type CountdownProps = { snapshot: Snapshot; text: StageText; clock: ServerClock; first: number }

function Countdown({ snapshot: { phase, opensAt, closesAt }, text, clock, first }: CountdownProps) {
  const next = phase === "scheduled" ? opensAt : phase === "open" ? closesAt : null
  const now = useNow(clock, first, next !== null)
  if (next === null) return null
  const left = countdown(Date.parse(next) - now)
  return (
    <p class="countdown" role="timer">
      <span>{text.t(phase === "scheduled" ? "opensIn" : "closesIn")}</span>
      <strong data-fit={fitOf(left)}>{left}</strong>
    </p>
  )
}
