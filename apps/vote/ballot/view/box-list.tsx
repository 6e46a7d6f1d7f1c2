/** The options as big cards, each with a box to tick. They work without scripts, too. */

import type { Option } from "@tallyroom/lib/polls/poll"
import type { RefObject } from "preact"
import { inOrder } from "./in-order"
import { OptionFace } from "./option-face"
import { sizeOf } from "./option-list"

type Props = {
  /** For the element that has the boxes. */
  boxes: RefObject<HTMLFieldSetElement | null>
  options: Option[]
  /** Their ids in the voter's own order. */
  shown: readonly string[] | undefined
  ticked: readonly string[]
  /** The options of the vote that stands, while the voter chooses anew. */
  now: readonly string[]
  /** No more may be ticked. */
  isFull: boolean
  /** The boxes can be ticked by the keys from 1 on. */
  hasKeys: boolean
  onToggle: (box: HTMLInputElement) => void
}

export function BoxList({ boxes, options, shown, ticked, now, isFull, hasKeys, onToggle }: Props) {
  return (
    <fieldset
      ref={boxes}
      class={`options ${sizeOf(options.length)} ${isFull ? "full" : ""}`}
      aria-labelledby="rule"
    >
      {inOrder(
        options.map((option, index) => (
          <label key={option.id} class="box">
            <input
              type="checkbox"
              name="vote"
              value={option.id}
              checked={ticked.includes(option.id)}
              // Firefox would tick boxes by their places when the page is loaded again, whatever stands there now.
              autocomplete="off"
              aria-keyshortcuts={hasKeys ? String(index + 1) : undefined}
              onChange={(event) => onToggle(event.currentTarget)}
            />
            <span class={`option ${now.includes(option.id) ? "now" : ""}`}>
              <OptionFace {...{ option, index, hasKeys }} isNow={now.includes(option.id)} />
            </span>
          </label>
        )),
        shown,
      )}
    </fieldset>
  )
}
