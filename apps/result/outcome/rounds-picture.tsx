/** Each round as a bar, in which every option that is left has a part. The table beside it says the same in numbers. */

import type { NamedOptions } from "./named-options"
import type { OutcomeText } from "./outcome-messages"
import type { Round } from "./rounds"

type Props = { rounds: readonly Round[]; options: NamedOptions; text: OutcomeText }

export function RoundsPicture({ rounds, options, text }: Props) {
  return (
    <ol class="rounds" id="rounds">
      {rounds.map((round) => (
        <li key={round.round}>
          <strong>{text.t("round", { round: round.round })}</strong>{" "}
          <span class="round-says">{round.says.join(" · ")}</span>
          <RoundBar round={round} options={options} />
        </li>
      ))}
    </ol>
  )
}

function RoundBar({ round, options }: { round: Round; options: NamedOptions }) {
  const parts = options.all.flatMap(({ id }) => {
    const votes = round.votes.get(id)
    return votes === undefined ? [] : [{ id, votes: Number(votes) }]
  })
  const all = parts.reduce((sum, { votes }) => sum + votes, Number(round.rest))
  let before = 0
  return (
    <svg class="bar round-bar" aria-hidden="true">
      {parts.map(({ id, votes }) => {
        const { light, dark } = options.colours(id)
        const place = { x: percent(before, all), width: percent(votes, all), height: "100%" }
        before += votes
        return (
          <g key={id} data-option={id}>
            <rect class="on-light" {...place} fill={light.fill} />
            <rect class="on-dark" {...place} fill={dark.fill} />
          </g>
        )
      })}
    </svg>
  )
}

const percent = (part: number, all: number) => `${(all === 0 ? 0 : (100 * part) / all).toFixed(3)}%`
