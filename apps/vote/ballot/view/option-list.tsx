/** The options as big cards. Each is a button that votes, or that chooses where a choice is confirmed. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import { useBallotText } from "./ballot-text"
import { inOrder } from "./in-order"

/** Up to so many options get bigger cards. */
const FEW = 4
/** More options than this get a wider page. */
const MANY = 12

type Props = {
  options: Option[]
  /** Their ids in the voter's own order. */
  shown: readonly string[] | undefined
  /** The option that is being sent; null if none is. */
  sent: string | null
  /** The option that waits to be confirmed; undefined where a button votes. */
  chosen: string | null | undefined
  /** The option of the vote that stands, while the voter chooses anew. */
  now: string | null
  /** The options can be pressed by the keys from 1 on. */
  hasKeys: boolean
}

export function OptionList({ options, shown, sent, chosen, now, hasKeys }: Props) {
  return (
    <div class={`options ${sizeOf(options.length)}`}>
      {inOrder(
        options.map((option, index) => (
          <button
            key={option.id}
            class={`option ${option.id === now ? "now" : ""}`}
            type="submit"
            name="vote"
            value={option.id}
            aria-pressed={chosen === undefined ? undefined : chosen === option.id}
            aria-disabled={sent === null ? undefined : "true"}
            aria-busy={sent === option.id ? "true" : undefined}
            aria-keyshortcuts={hasKeys ? String(index + 1) : undefined}
          >
            <OptionMark option={option} index={index} />
            <OptionLabel option={option} isNow={option.id === now} />
            {/* An option without emoji and image is marked by its number, which is its key. */}
            {hasKeys && (option.emoji || option.image) && (
              <span class="key" aria-hidden="true">
                {index + 1}
              </span>
            )}
          </button>
        )),
        shown,
      )}
    </div>
  )
}

export function OptionLabel({ option, isNow }: { option: Option; isNow: boolean }) {
  const { t } = useBallotText()
  return (
    <span class="label">
      <bdi>{option.label}</bdi> {isNow && <span class="chip good">{t("choiceNow")}</span>}
    </span>
  )
}

/** The class of a list with so many options. */
export function sizeOf(options: number): string {
  if (options <= FEW) return "few"
  return options > MANY ? "many" : ""
}
