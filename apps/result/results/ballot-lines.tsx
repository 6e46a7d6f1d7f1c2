/** How many ballots abstained, what a ballot may say, and what the shares are of. Nothing where each ballot is one vote. */

import { saysOneOption } from "@tallyroom/lib/ballots/choice"
import type { BallotMethod } from "@tallyroom/lib/polls/ballot-method"
import { ballotRule } from "../tally/ballot-rule"
import type { Snapshot } from "../tally/snapshot"
import type { TallyView } from "../tally/tally-view"
import type { ResultsText } from "./results-data"

export function BallotLines(props: { snapshot: Snapshot; view: TallyView; text: ResultsText }) {
  const { snapshot, view, text } = props
  const { ballot, options } = snapshot
  if (!ballot) return null
  const hasShares = view.comparesVotes
  // Who abstains from the one motion is told beside it.
  const isOneMotion = ballot.method === "decide" && options.length === 1
  const sentences = [
    ballotRule({ ballot, options }, text),
    hasShares && view.abstained && view.choosing > 0
      ? text.t("sharesOfChoosing", { count: view.choosing })
      : "",
    hasShares && view.choosing > 0 ? aboutShares(ballot, text) : "",
  ]
  return (
    <>
      {view.abstained !== null && !isOneMotion && (
        <p class="abstentions" id="abstentions">
          {text.t("abstentions", { count: view.abstained })}
        </p>
      )}
      <p class="scale" id="ballot-rule">
        {sentences.filter(Boolean).join(" ")}
      </p>
    </>
  )
}

function aboutShares(ballot: BallotMethod, { t }: ResultsText): string {
  if (ballot.method === "rank") return t("firstPreferences")
  return saysOneOption({ ballot }) ? "" : t("sharesMany")
}
