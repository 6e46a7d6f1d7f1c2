/** The tally as bars, in the order of the poll's options. Once it is final, the winners are marked. */

import { countOf } from "@tallyroom/lib/polls/counts"
import type { Option } from "@tallyroom/lib/polls/poll"
import { sharesOf } from "@tallyroom/lib/polls/shares"
import { optionColours } from "@tallyroom/lib/ui/colour"
import type { Counts } from "../../polls/tallies"
import { useBallotText } from "./ballot-text"

type Props = { options: Option[]; counts: Counts; final: boolean }

export function TallyBars({ options, counts, final }: Props) {
  const { t } = useBallotText()
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
        {options.map((option, index) => (
          <Row
            key={option.id}
            option={option}
            index={index}
            votes={countOf(counts.votes, option.id)}
            share={shares?.[index] ?? 0}
            award={winners.includes(option) ? t(winners.length > 1 ? "tie" : "winner") : ""}
          />
        ))}
      </ul>
      <p class="muted">{total === 0 && final ? t("noVotes") : t("votes", { count: total, abstained })}</p>
    </>
  )
}

type RowProps = { option: Option; index: number; votes: number; share: number; award: string }

function Row({ option, index, votes, share, award }: RowProps) {
  const { number, percent } = useBallotText()
  const { light, dark } = optionColours(option, index)
  return (
    <li class={award && "winner"}>
      <span class="label">
        {option.emoji && <span aria-hidden="true">{option.emoji} </span>}
        <bdi>{option.label}</bdi> {award && <span class="chip good">{award}</span>}
      </span>
      <span class="number">
        <strong>{percent(share)}</strong> <span class="muted">{number(votes)}</span>
      </span>
      <Bar scheme="on-light" share={share} fill={light.fill} />
      <Bar scheme="on-dark" share={share} fill={dark.fill} />
    </li>
  )
}

function Bar({ scheme, share, fill }: { scheme: string; share: number; fill: string }) {
  return (
    <svg class={`bar ${scheme}`} aria-hidden="true">
      <rect width={`${(share * 100).toFixed(2)}%`} height="100%" rx="5" fill={fill} />
    </svg>
  )
}
