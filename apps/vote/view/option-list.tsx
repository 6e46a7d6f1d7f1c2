/** The options as big cards, each a button that votes. */

import type { Option } from "@tallyroom/lib/polls"
import { OptionMark } from "./option-mark"

/** So few get bigger cards. */
const FEW = 4
/** More get a wider page. */
const MANY = 12
/** Keys 1 to 9 press a card; where the mark is its number, that says so already. */
const KEYS = 9

type Props = {
  options: Option[]
  /** The option that is being sent, while it is. */
  chosen: string | null
}

export function OptionList({ options, chosen }: Props) {
  return (
    <div class={`options ${sizeOf(options.length)}`}>
      {options.map((option, index) => (
        <button
          key={option.id}
          class="option"
          type="submit"
          name="vote"
          value={option.id}
          aria-disabled={chosen === null ? undefined : "true"}
          aria-busy={chosen === option.id ? "true" : undefined}
        >
          <OptionMark option={option} index={index} />
          <span class="label">{option.label}</span>
          {index < KEYS && (option.emoji || option.image) && (
            <span class="key" aria-hidden="true">
              {index + 1}
            </span>
          )}
        </button>
      ))}
    </div>
  )
}

function sizeOf(options: number): string {
  if (options <= FEW) return "few"
  return options > MANY ? "many" : ""
}
