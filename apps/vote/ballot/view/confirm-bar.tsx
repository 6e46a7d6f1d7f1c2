/** The button that casts what was chosen. It stays in sight wherever the reader is on the ballot. */

import { useEffect, useRef } from "preact/hooks"
import { useBallotText } from "./ballot-text"
import type { Casting } from "./casting"

type Props = Pick<Casting, "chosen" | "sending"> & {
  /** What was chosen, in words; undefined for nothing. */
  label: string | undefined
  /** What the button says, and what it sends. */
  text: string
  name: "vote" | "abstain"
  value: string | undefined
  /** The last press came from a key or a screen reader: then the button gets the focus. */
  byKey: { readonly current: boolean }
  embedded: boolean
}

export function ConfirmBar({ chosen, sending, label, text, name, value, byKey, embedded }: Props) {
  const { t } = useBallotText()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (byKey.current) return button.current?.focus()
    // A frame is as high as its content, so that the bar is at its end; elsewhere the bar may cover the option.
    const covered = button.current?.form?.querySelector("[aria-pressed=true]")
    const unseen = embedded ? button.current : covered
    unseen?.scrollIntoView({ block: "nearest" })
  }, [chosen, byKey, embedded])
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
          name={name}
          value={value}
          aria-disabled={sending ? "true" : undefined}
        >
          {sending ? t(sending.failures > 0 ? "notSent" : "sending") : text}
        </button>
      )}
    </div>
  )
}
