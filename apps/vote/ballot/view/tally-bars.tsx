/** The tally as bars, in the order of the poll's options. Once it is final, the winners are marked. */

import { countOf } from "@tallyroom/lib/polls/counts"
import { sharesOf } from "@tallyroom/lib/polls/shares"
import type { TallyProps } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { BallotCount, OptionBar, TallyRow } from "./tally-row"

export function TallyBars({ poll: { options }, counts, final }: TallyProps) {
  const { t, number, percent } = useBallotText()
  const { total, abstained = 0 } = counts
  const shares = sharesOf(
    options.map(({ id }) => countOf(counts.votes, id)),
    total - abstained,
  )
  const most = Math.max(0, ...options.map(({ id }) => countOf(counts.votes, id)))
  const winners = options.filter(({ id }) => final && most > 0 && countOf(counts.votes, id) === most)
  return (
    <>
      <ul class="tally">
        {options.map((option, index) => {
          const share = shares?.[index] ?? 0
          return (
            <TallyRow
              key={option.id}
              option={option}
              award={winners.includes(option) ? t(winners.length > 1 ? "tie" : "winner") : ""}
              bar={<OptionBar {...{ option, index, share }} />}
            >
              <strong>{percent(share)}</strong>{" "}
              <span class="muted">{number(countOf(counts.votes, option.id))}</span>
            </TallyRow>
          )
        })}
      </ul>
      <BallotCount {...{ counts, final }} />
    </>
  )
}
