/** One poll on the big screen. */

import { clockTime } from "../live/clock-time"
import { StillNotice } from "../live/still-notice"
import { type Connection, useLive, useServerClock } from "../live/use-live"
import { stepsOf } from "../outcome/steps"
import type { Snapshot } from "../tally/snapshot"
import { tallyViewOf } from "../tally/tally-view"
import { StageBars } from "./stage-bars"
import type { StageData, StageText } from "./stage-data"
import { StageSide } from "./stage-side"
import { lettersOf } from "./stage-sizes"

/** `revealed`: how often the host asked for the next step of what whole ballots decide. After the last one the tally is shown again. */
type Props = { data: StageData; text: StageText; covered: boolean; revealed: number }

export function StagePoll({ data, text, covered, revealed }: Props) {
  const clock = useServerClock(data.now)
  const { snapshot, outcome, connection } = useLive(data.live, data.snapshot, data.now, data.ranking?.first)
  const steps =
    data.ranking && outcome && !snapshot.hidden ? stepsOf(data.language, data.ranking, outcome, snapshot) : []
  const step = steps[(revealed % (steps.length + 1)) - 1]
  const view = tallyViewOf(step?.snapshot ?? snapshot)
  if (connection.state === "gone") return <GonePoll snapshot={snapshot} text={text} />
  return (
    <>
      <header class="stage-head">
        <h1 id="title" dir="auto" class={lengthOf(snapshot)}>
          {snapshot.title}
        </h1>
        {step && !covered && (
          <p class="stage-step" id="stage-step" role="status">
            {step.says}
          </p>
        )}
        <StageConnection connection={connection} text={text} />
        {snapshot.phase !== "final" && (
          <StillNotice says={text.t("withoutScripts")} reload={text.t("reload")} address={data.page} />
        )}
      </header>
      <StageBars
        {...{ snapshot, text, covered }}
        view={view}
        isFirst={snapshot.ballot?.method === "rank" && !step}
        left={covered ? undefined : step?.left}
        why={covered ? text.t("covered") : whyHidden(snapshot, text)}
      />
      <StageSide {...{ data, snapshot, text, clock, view }} />
    </>
  )
}

/** Shown when the poll was deleted, or became a draft again, while the screen was on. The keys still lead to other polls. */
function GonePoll({ snapshot, text }: { snapshot: Snapshot; text: StageText }) {
  return (
    <>
      <header class="stage-head">
        <h1 id="title" dir="auto" class={lengthOf(snapshot)}>
          {snapshot.title}
        </h1>
      </header>
      <section class="stage-tally">
        <p class="why" role="status">
          {text.t("gone")}
        </p>
      </section>
    </>
  )
}

/** Titles with more letters are written smaller. Where there are many options, that begins with shorter titles. */
const LONGER_TITLE = 110
const LONG_TITLE = 60
const LONG_TITLE_OF_MANY = 22
const MANY = 5

/** The class of a title whose letters must be smaller. */
function lengthOf({ title, options }: Snapshot): string | undefined {
  const letters = lettersOf(title)
  if (letters > LONGER_TITLE) return "longer"
  return letters > (options.length < MANY ? LONG_TITLE : LONG_TITLE_OF_MANY) ? "long" : undefined
}

function whyHidden({ hidden, results }: Snapshot, { t }: StageText): string | null {
  return hidden ? t(results === "after-vote" ? "hiddenAfterVote" : "hiddenAfterClose") : null
}

/** Says nothing while all is well, as people look at the numbers. */
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
