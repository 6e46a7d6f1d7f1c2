/** One poll on the big screen. */

import type { Snapshot } from "../snapshot"
import { clockTime } from "./connection-line"
import { StageBars } from "./stage-bars"
import type { StageData, StageText } from "./stage-data"
import { StageSide } from "./stage-side"
import { standingOf } from "./standing"
import { type Connection, useLive, useServerClock } from "./use-live"

type Props = { data: StageData; text: StageText; covered: boolean }

export function StagePoll({ data, text, covered }: Props) {
  const clock = useServerClock(data.now)
  const { snapshot, connection } = useLive(data.live, data.snapshot, data.now)
  const standing = standingOf(snapshot)
  return (
    <>
      <header class="stage-head">
        <h1 id="title" dir="auto" class={data.snapshot.title.length > LONG_TITLE ? "long" : undefined}>
          {snapshot.title}
        </h1>
        <StageConnection connection={connection} text={text} />
      </header>
      <StageBars
        {...{ snapshot, text, covered }}
        standing={standing}
        why={covered ? text.t("covered") : whyHidden(snapshot, text)}
      />
      <StageSide {...{ data, snapshot, text, clock }} total={standing?.total ?? null} />
    </>
  )
}

const LONG_TITLE = 60

function whyHidden({ hidden, results }: Snapshot, { t }: StageText): string | null {
  return hidden ? t(results === "after-vote" ? "hiddenAfterVote" : "hiddenAfterClose") : null
}

/** Says nothing while all is well: people look at the numbers. */
function StageConnection({
  connection: { state, heardAt },
  text,
}: {
  connection: Connection
  text: StageText
}) {
  return (
    <p class={`connection ${state}`} id="connection" role="status">
      {state === "live" || state === "connecting"
        ? ""
        : state === "stale"
          ? text.t("stale", { time: clockTime(text.language, heardAt) })
          : text.t(state)}
    </p>
  )
}
