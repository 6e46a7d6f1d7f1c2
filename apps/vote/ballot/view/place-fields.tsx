/** The options of a ballot that ranks, each with a field for its place: for browsers without scripts. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import type { RefObject } from "preact"
import { useBallotText } from "./ballot-text"
import { inOrder } from "./in-order"
import { OptionLabel, sizeOf } from "./option-list"

type Props = {
  fields: RefObject<HTMLDivElement | null>
  options: Option[]
  /** Their ids in the voter's own order. */
  shown: readonly string[] | undefined
  ranking: readonly string[]
  /** What the vote that stands ranks, while the voter chooses anew. */
  now: readonly string[]
  /** The last place that there is. */
  max: number
}

export function PlaceFields({ fields, options, shown, ranking, now, max }: Props) {
  const { t, number } = useBallotText()
  const places = Array.from({ length: max }, (_, i) => i + 1)
  return (
    <div ref={fields} class={`options ${sizeOf(options.length)}`}>
      {inOrder(
        options.map((option, index) => (
          <label key={option.id} class="option placed">
            <OptionMark option={option} index={index} />
            <OptionLabel option={option} isNow={now.includes(option.id)} />
            <span class="visually-hidden">{t("place")}</span>
            <select name={`rank.${option.id}`} autocomplete="off">
              <option value="">–</option>
              {places.map((place) => (
                <option key={place} value={place} selected={ranking[place - 1] === option.id}>
                  {number(place)}
                </option>
              ))}
            </select>
          </label>
        )),
        shown,
      )}
    </div>
  )
}
