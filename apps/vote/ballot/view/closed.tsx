/** A poll that takes no votes now or ever again, with its result as far as this voter may see it. */

import { chosenOf } from "@tallyroom/lib/ballots/choice"
import { showsCounts } from "@tallyroom/lib/polls/visibility"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { OwnVote } from "../../casting/cast-ballot"
import type { Counts } from "../../polls/tallies"
import type { PollFacts } from "./ballot-data"
import type { BallotKind } from "./ballot-kind"
import { useBallotText } from "./ballot-text"

type Props = {
  kind: BallotKind
  poll: PollFacts
  counts: Counts | null
  standing: OwnVote | null
  resultUrl: string
  embedded: boolean
}

export function Closed({ kind, poll, counts, standing, resultUrl, embedded }: Props) {
  const { t, list } = useBallotText()
  const { phase } = poll
  const final = phase === "final"
  const receipt = poll.results === "after-vote" && standing ? `?receipt=${standing.receipt}` : ""
  const nameOf = (chosen: string) => {
    const label = isolated(poll.options.find(({ id }) => id === chosen)?.label ?? chosen)
    return kind.saidOf && standing ? `${label}: ${kind.saidOf(standing, chosen)}` : label
  }
  const target = embedded ? { target: "_blank", rel: "noopener" } : {}
  return (
    <section>
      <h1 dir="auto">{poll.title}</h1>
      <p class={`notice ${final ? "good" : "warn"}`}>
        <strong>{t(phase === "paused" || final ? phase : "closed")}</strong>
        {!final && <> · {t(phase === "paused" ? "pausedNote" : "closedNote")}</>}
      </p>
      {kind.Tally && counts && showsCounts(poll.results, phase, standing !== null) ? (
        <div class="card">
          <kind.Tally {...{ poll, counts, final }} />
        </div>
      ) : (
        poll.results === "after-vote" && <p>{t("resultsAfterVote")}</p>
      )}
      {standing && (
        <p>
          {t("youChose")}: <strong>{list(chosenOf(standing).map(nameOf)) || t("abstention")}</strong>
        </p>
      )}
      <p class="buttons">
        <a class="button" href={`${resultUrl}/polls/${poll.id}${receipt}`} {...target}>
          {t("results")}
        </a>
        {standing && (
          <a class="button" href={`${resultUrl}/polls/${poll.id}/receipts/${standing.receipt}`} {...target}>
            {t("check")}
          </a>
        )}
      </p>
    </section>
  )
}
