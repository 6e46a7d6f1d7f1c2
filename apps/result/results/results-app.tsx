/** The results of a poll: the same component on the server and in the browser, where it is live. */

import { ballotFileOf } from "@tallyroom/lib/ballots/choice"
import { isOver } from "@tallyroom/lib/polls/visibility"
import { translator } from "@tallyroom/lib/ui/i18n"
import { useLayoutEffect, useState } from "preact/hooks"
import { StillNotice } from "../live/still-notice"
import { useLive, useServerClock } from "../live/use-live"
import type { ShownOutcome } from "../outcome/outcome-reads"
import { OutcomeSection } from "../outcome/outcome-section"
import type { Snapshot } from "../tally/snapshot"
import { type TallyView, tallyViewOf } from "../tally/tally-view"
import { BallotLines } from "./ballot-lines"
import { Bars } from "./bars"
import { ChartSection } from "./chart-section"
import { ConnectionLine } from "./connection-line"
import { Downloads } from "./downloads"
import { ErrorBoundary } from "./error-boundary"
import { FinalHeadline } from "./final-headline"
import { HiddenResults } from "./hidden-results"
import { NumbersTable } from "./numbers-table"
import { OrderSwitch } from "./order-switch"
import { OutcomeBox } from "./outcome-box"
import { PhaseLine } from "./phase-line"
import type { ResultsData, ResultsText } from "./results-data"
import { ScaleLine } from "./scale-line"
import { Announcement, totalText } from "./summary"
import { ToBallot } from "./to-ballot"
import { useHistory } from "./use-history"

export function ResultsApp(data: ResultsData) {
  const text = translator(data.language, data.messages)
  const clock = useServerClock(data.now)
  const { snapshot, outcome, connection } = useLive(
    data.addresses.live,
    data.snapshot,
    data.now,
    data.ranking?.first,
  )
  const view = tallyViewOf(snapshot)
  const over = isOver(snapshot.phase)
  const gone = connection.state === "gone"
  // The parts of the page that invite people to vote are not part of this component. They leave in the same step as its parts.
  useLayoutEffect(() => {
    document.body.classList.toggle("over", over)
    document.body.classList.toggle("gone", gone)
  }, [over, gone])
  if (gone) return <Gone snapshot={snapshot} text={text} />
  return (
    <>
      {snapshot.phase !== "final" && (
        <StillNotice
          says={text.t("withoutScripts")}
          reload={text.t("reload")}
          address={data.addresses.page}
        />
      )}
      <div class="status-line">
        <PhaseLine snapshot={snapshot} text={text} clock={clock} first={data.now} />
        {snapshot.phase !== "final" && <ConnectionLine connection={connection} text={text} />}
      </div>
      <h1 id="title" dir="auto">
        {snapshot.title}
      </h1>
      <ToBallot data={data} phase={snapshot.phase} text={text} />
      {view ? (
        <Tally
          {...{ data, snapshot, outcome, view, text }}
          connected={connection.state === "live"}
          clock={clock}
        />
      ) : (
        <HiddenResults snapshot={snapshot} text={text} />
      )}
      <Announcement view={view} options={snapshot.options} final={snapshot.phase === "final"} text={text} />
    </>
  )
}

/** Shown when the poll was deleted, or became a draft again, while the page was open. */
function Gone({ snapshot, text }: { snapshot: Snapshot; text: ResultsText }) {
  return (
    <>
      <h1 id="title" dir="auto">
        {snapshot.title}
      </h1>
      <div class="notice warn" role="status">
        <p>
          <strong>{text.t("gone")}</strong>
        </p>
        <p>{text.t("goneHint")}</p>
      </div>
    </>
  )
}

type TallyProps = {
  data: ResultsData
  snapshot: Snapshot
  /** What whole ballots decide; null where the tally does, or it is not known yet. */
  outcome: ShownOutcome | null
  view: TallyView
  text: ResultsText
  connected: boolean
  clock: ReturnType<typeof useServerClock>
}

function Tally({ data, snapshot, outcome, view, text, connected, clock }: TallyProps) {
  const [order, setOrder] = useState(data.order)
  const { addresses, embedded } = data
  const history = useHistory(addresses.json, snapshot, connected && !embedded, clock)
  const final = snapshot.phase === "final"
  return (
    <>
      {final && <FinalHeadline view={view} text={text} />}
      {data.ranking && outcome && (
        <OutcomeSection
          {...{ language: data.language, ranking: data.ranking, shown: outcome, snapshot }}
          whole={!embedded}
          query={addresses.unlock}
        />
      )}
      <OutcomeBox {...{ snapshot, view, text }} />
      <div class="total-line">
        <p class="total" id="total">
          {totalText(view, final, text)}
        </p>
        {!embedded && view.rows.length > 2 && (
          <OrderSwitch
            order={order}
            isRated={snapshot.ballot?.method === "rate"}
            onChange={setOrder}
            text={text}
          />
        )}
      </div>
      <Bars {...{ order, text, final }} rows={view.rows} decided={view.outcome !== null} />
      <BallotLines {...{ snapshot, view, text }} />
      <ScaleLine view={view} text={text} />
      {!embedded && (
        <>
          {/* What ballots say of each option is not kept by the second. */}
          {view.comparesVotes && (
            <ErrorBoundary>
              <ChartSection rows={view.rows} history={history} script={addresses.chart} text={text} />
            </ErrorBoundary>
          )}
          <NumbersTable view={view} text={text} />
          <Downloads
            {...{ csv: addresses.csv, json: addresses.json, poll: snapshot.poll, text }}
            ballots={final ? ballotsOf(snapshot, data) : null}
          />
        </>
      )}
    </>
  )
}

/** Where the whole ballots are, which other pages link beside the outcome; null where they are no file. */
function ballotsOf({ poll, ballot }: Snapshot, { ranking, addresses }: ResultsData): string | null {
  if (!ballot || ranking || ballotFileOf({ ballot }) !== "cat") return null
  return `/api/polls/${poll}/ballots.cat${addresses.unlock}`
}
