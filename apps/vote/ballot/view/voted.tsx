/** The page after voting: the vote that stands, its receipt, and links to go on. */

import { chosenOf } from "@tallyroom/lib/ballots/choice"
import { isOver, showsCounts } from "@tallyroom/lib/polls/visibility"
import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import { useEffect, useRef } from "preact/hooks"
import type { OwnVote } from "../../casting/cast-ballot"
import type { Counts } from "../../polls/tallies"
import { headingOf, isUsedCode, type PollFacts } from "./ballot-data"
import type { BallotKind } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { ReceiptCard } from "./receipt-card"

type Props = {
  kind: BallotKind
  poll: PollFacts
  standing: OwnVote
  counts: Counts | null
  resultUrl: string
  embedded: boolean
  /** Goes back to the ballot; null where no scripts run. */
  onChange: (() => void) | null
  /** The vote was cast just now, so that screen readers read the heading out. */
  fresh: boolean
}

export function Voted(props: Props) {
  const { kind, poll, standing, counts, onChange, fresh } = props
  const { t } = useBallotText()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (fresh) heading.current?.focus()
  }, [fresh])
  return (
    <section class="voted">
      <h1 ref={heading} tabIndex={-1}>
        {/* No tick if the code was used before, perhaps by somebody else. */}
        {!isUsedCode(poll, standing) && <Tick />}
        {t(headingOf(poll, standing))}
      </h1>
      <p class="muted">
        <bdi>{poll.title}</bdi>
      </p>
      <Choice {...{ kind, poll, standing }} />
      <div class="card">
        <ReceiptCard
          receipt={standing.receipt}
          note={standing.status === "received" ? "receivedNote" : "receiptNote"}
          live={onChange !== null}
          {...{ resultUrl: props.resultUrl, embedded: props.embedded }}
        />
        <Ways {...props} />
      </div>
      {kind.Tally && counts && showsCounts(poll.results, poll.phase, true) && (
        <section class="card">
          <h2>{t("soFar")}</h2>
          <kind.Tally {...{ poll, counts }} final={false} />
        </section>
      )}
    </section>
  )
}

function Choice({ kind: { saidOf }, poll, standing }: Pick<Props, "kind" | "poll" | "standing">) {
  const { t } = useBallotText()
  const stands = standing.status === "stands"
  const chosen = chosenOf(standing)
  return (
    <>
      <p class="chosen-label">
        {t(isUsedCode(poll, standing) ? "codeUsedFor" : stands ? "firstStands" : "youChose")}
      </p>
      {(chosen.length > 0 ? chosen : [""]).map((id) => {
        const index = poll.options.findIndex((option) => option.id === id)
        const option = poll.options[index]
        return (
          <p key={id} class={`option chosen ${chosen.length > 1 ? "small" : ""}`}>
            {option && <OptionMark option={option} index={index} />}
            <strong class="label">
              <bdi>{option?.label ?? t("abstention")}</bdi>
            </strong>
            {id && saidOf && <strong>{saidOf(standing, id)}</strong>}
          </p>
        )
      })}
      {(stands || standing.status === "changed") && <p class="muted">{t("keptNote")}</p>}
    </>
  )
}

/** Links to go on. In a frame they open a new tab. */
function Ways({ poll, standing, resultUrl, embedded, onChange }: Props) {
  const { t } = useBallotText()
  const results = `${resultUrl}/polls/${poll.id}`
  const target = embedded ? { target: "_blank", rel: "noopener" } : {}
  const again = poll.eligibility === "code" ? "anotherCode" : poll.policy === "changeable" ? "change" : null
  const closed = isOver(poll.phase)
  return (
    <>
      <p class="buttons">
        <a class="button" href={`${results}/receipts/${standing.receipt}`} {...target}>
          {t("check")}
        </a>
        {(poll.results !== "after-close" || closed) && (
          <a
            class="button"
            href={poll.results === "after-vote" ? `${results}?receipt=${standing.receipt}` : results}
            {...target}
          >
            {t("results")}
          </a>
        )}
        {again && !closed && (
          <a
            class="button"
            href={`${embedded ? "/embed" : "/polls"}/${poll.id}${again === "change" ? "?change=1" : ""}`}
            onClick={(event) => {
              if (!onChange) return
              event.preventDefault()
              onChange()
            }}
          >
            {t(again)}
          </a>
        )}
      </p>
      {poll.results === "after-close" && !closed && <p class="muted">{t("resultsAfterClose")}</p>}
    </>
  )
}

function Tick() {
  return (
    <svg class="tick" viewBox="0 0 40 40" aria-hidden="true" fill="none">
      <circle cx="20" cy="20" r="19" />
      <path d="m12 20.5 5.5 5.5L28.5 15" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}
