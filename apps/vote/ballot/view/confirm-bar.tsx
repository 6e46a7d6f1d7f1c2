/** The button that casts the chosen option. It stays in sight wherever the reader is on the ballot. */

import { chosenOf } from "@tallyroom/lib/ballots/choice"
import type { Option } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import { useEffect, useRef } from "preact/hooks"
import { useBallotText } from "./ballot-text"
import type { Casting } from "./casting"

type Props = Pick<Casting, "chosen" | "sending"> & {
  options: Option[]
  /** The last press came from a key or a screen reader: then the button gets the focus. */
  byKey: { readonly current: boolean }
  embedded: boolean
}

export function ConfirmBar({ options, chosen, sending, byKey, embedded }: Props) {
  const { t } = useBallotText()
  const button = useButton({ chosen, byKey, embedded })
  const option = options.find(({ id }) => chosen && chosenOf(chosen.choice).includes(id))
  const label = option && isolated(option.label)
  return (
    <div class={label && "confirm"}>
      <p role="status" class="visually-hidden">
        {label && !sending && t("chosenNote", { option: label })}
      </p>
      {label && (
        <button
          ref={button}
          class="button primary"
          type="submit"
          name="vote"
          value={option.id}
          aria-disabled={sending ? "true" : undefined}
        >
          {sending ? t(sending.failures > 0 ? "notSent" : "sending") : t("voteFor", { option: label })}
        </button>
      )}
    </div>
  )
}

/** Shows a button that confirms what was chosen just now, and the choice. @returns a reference for the button */
export function useButton({ chosen, byKey, embedded }: Pick<Props, "chosen" | "byKey" | "embedded">) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (byKey.current) return button.current?.focus()
    // A frame is as high as its content, so that the bar is at its end; elsewhere the bar may cover the option.
    const covered = button.current?.form?.querySelector("[aria-pressed=true]")
    const unseen = embedded ? button.current : covered
    unseen?.scrollIntoView({ block: "nearest" })
  }, [chosen, byKey, embedded])
  return button
}
