/** What the whole ballots of a poll decide: a sentence, and how it came to that. Live where scripts run. */

import { ballotFileOf } from "@tallyroom/lib/ballots/choice"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import { translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import { useRef } from "preact/hooks"
import type { Snapshot } from "../tally/snapshot"
import { useThrottled } from "../tally/use-throttled"
import { type NamedOptions, namedOptions } from "./named-options"
import type { OutcomeText, RankingData } from "./outcome-messages"
import type { ShownOutcome } from "./outcome-reads"
import { outcomeSentence, ruleSentence } from "./outcome-sentence"
import { PairsTable } from "./pairs-table"
import { PointsTable } from "./points-table"
import { roundsOf } from "./rounds"
import { RoundsPicture } from "./rounds-picture"
import { RoundsTable } from "./rounds-table"
import { StarCount } from "./star-count"

/** Nobody could listen to it more often. */
const ANNOUNCE_MS = 10_000

type Props = {
  language: Language
  ranking: RankingData
  shown: ShownOutcome
  snapshot: Snapshot
  /** Whether all of it is shown, and not the sentence alone. */
  whole: boolean
  /** The query that unlocks the files, or nothing. */
  query: string
}

export function OutcomeSection({ language, ranking, shown, snapshot, whole, query }: Props) {
  const text = translator(language, ranking.messages)
  const options = namedOptions(snapshot, text)
  const isFinal = snapshot.phase === "final"
  const { outcome } = shown
  const sentence = outcomeSentence(outcome, isFinal, options, text)
  // What the page says as it is opened, it need not announce.
  const first = useRef(sentence)
  const announced = useThrottled(sentence, ANNOUNCE_MS)
  return (
    <section class="outcome" aria-labelledby="outcome-title">
      <h2 id="outcome-title">{text.t(isFinal ? "outcome" : "ifNow")}</h2>
      <p class={isFinal ? "winner" : "outcome-now"} id="outcome">
        {sentence}
      </p>
      <p class="visually-hidden" aria-live="polite">
        {announced === first.current ? "" : announced}
      </p>
      {whole && (
        <>
          <p class="scale outcome-rule">{ruleSentence(outcome, text)}</p>
          {outcome.ballots > outcome.abstained && <How {...{ outcome, options, text }} />}
          <Files
            poll={snapshot.poll}
            ballots={isFinal && snapshot.ballot ? ballotFileOf({ ballot: snapshot.ballot }) : null}
            {...{ query, text }}
          />
        </>
      )}
    </section>
  )
}

function How({ outcome, options, text }: { outcome: Outcome; options: NamedOptions; text: OutcomeText }) {
  if (outcome.rule === "condorcet") return <PairsTable {...{ outcome, options, text }} />
  if (outcome.rule === "borda") return <PointsTable {...{ outcome, options, text }} />
  if (outcome.rule === "star") return <StarCount {...{ outcome, options, text }} />
  const rounds = roundsOf(outcome, options, text)
  const restName = text.t(outcome.rule === "irv" ? "exhausted" : "notTransferable")
  return (
    <>
      <h3>{text.t("rounds")}</h3>
      <RoundsPicture {...{ rounds, options, text }} />
      <RoundsTable {...{ rounds, restName, options, text }} />
    </>
  )
}

function Files(props: { poll: string; ballots: "soi" | "cat" | null; query: string; text: OutcomeText }) {
  const { poll, ballots, query, text } = props
  return (
    <p class="downloads">
      <span>{text.t("download")}</span>
      <a href={`/api/polls/${poll}/outcome.csv${query}`} download={`${poll}-outcome.csv`}>
        CSV
      </a>
      <a href={`/api/polls/${poll}/outcome${query}`} download={`${poll}-outcome.json`}>
        JSON
      </a>
      {ballots && (
        <a href={`/api/polls/${poll}/ballots.${ballots}${query}`} download={`${poll}.${ballots}`}>
          {text.t("ballotsFile")}
        </a>
      )}
    </p>
  )
}
