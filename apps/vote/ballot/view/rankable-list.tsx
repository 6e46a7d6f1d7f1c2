/** The options of a ballot that ranks as big cards: a press gives the next place, or takes it back. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { useBallotText } from "./ballot-text"
import { inOrder } from "./in-order"
import { OptionFace } from "./option-face"
import { sizeOf } from "./option-list"

type Props = {
  options: Option[]
  /** Their ids in the voter's own order. */
  shown: readonly string[] | undefined
  ranking: readonly string[]
  /** What the vote that stands ranks, while the voter chooses anew. */
  now: readonly string[]
  /** No more may be ranked. */
  isFull: boolean
  hasKeys: boolean
  onPress: (id: string) => void
}

export function RankableList({ options, shown, ranking, now, isFull, hasKeys, onPress }: Props) {
  const { t, number } = useBallotText()
  return (
    <fieldset class={`options ${sizeOf(options.length)} ${isFull ? "full" : ""}`} aria-labelledby="rule">
      {inOrder(
        options.map((option, index) => {
          const place = ranking.indexOf(option.id) + 1
          return (
            <button
              key={option.id}
              class="option"
              type="button"
              aria-pressed={place > 0}
              aria-keyshortcuts={hasKeys ? String(index + 1) : undefined}
              onClick={() => onPress(option.id)}
            >
              <OptionFace {...{ option, index, hasKeys }} isNow={now.includes(option.id)} />
              <span class="place">
                {place > 0 && <span class="visually-hidden">{t("place")} </span>}
                {place > 0 && number(place)}
              </span>
            </button>
          )
        }),
        shown,
      )}
    </fieldset>
  )
}
