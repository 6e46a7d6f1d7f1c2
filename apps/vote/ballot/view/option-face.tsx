/** What stands on an option's card of a ballot for several options. The list of one option writes it itself: its script is kept small. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import { OptionLabel } from "./option-list"

type Props = {
  option: Option
  index: number
  /** The vote that stands names the option. */
  isNow: boolean
  hasKeys: boolean
}

export function OptionFace({ option, index, isNow, hasKeys }: Props) {
  return (
    <>
      <OptionMark option={option} index={index} />
      <OptionLabel option={option} isNow={isNow} />
      {hasKeys && (option.emoji || option.image) && (
        <span class="key" aria-hidden="true">
          {index + 1}
        </span>
      )}
    </>
  )
}
