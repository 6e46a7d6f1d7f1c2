/** What the tallies of all methods have in common: a row for each option, its bar, and below them how many ballots there are. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { optionColours } from "@tallyroom/lib/ui/colour"
import type { ComponentChildren } from "preact"
import type { TallyProps } from "./ballot-kind"
import { useBallotText } from "./ballot-text"

type RowProps = {
  option: Option
  /** What a winner is called; empty for others. */
  award?: string
  bar: ComponentChildren
  /** The option's numbers. */
  children: ComponentChildren
}

export function TallyRow({ option, award, bar, children }: RowProps) {
  return (
    <li class={award && "winner"}>
      <span class="label">
        {option.emoji && <span aria-hidden="true">{option.emoji} </span>}
        <bdi>{option.label}</bdi> {award && <span class="chip good">{award}</span>}
      </span>
      <span class="number">{children}</span>
      {bar}
    </li>
  )
}

type BarProps = {
  option: Option
  /** The option's place in its poll. */
  index: number
  /** The part of the bar that is filled, from 0 to 1. */
  share: number
}

/** A bar in the option's colour, once for each scheme of the page. */
export function OptionBar({ option, index, share }: BarProps) {
  const { light, dark } = optionColours(option, index)
  return [light, dark].map(({ fill }, i) => (
    <svg key={i} class={`bar ${i > 0 ? "on-dark" : "on-light"}`} aria-hidden="true">
      <rect width={`${(share * 100).toFixed(2)}%`} height="100%" rx="5" fill={fill} />
    </svg>
  ))
}

export function BallotCount({
  counts: { total, abstained = 0 },
  final,
}: Pick<TallyProps, "counts" | "final">) {
  const { t } = useBallotText()
  return <p class="muted">{total === 0 && final ? t("noVotes") : t("votes", { count: total, abstained })}</p>
}
