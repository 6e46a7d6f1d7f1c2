/** The button that casts all that is filled in, and how much that is. It stays in sight wherever the reader is on the ballot. */

import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { useBallotText } from "./ballot-text"
import type { Casting } from "./casting"

type Props = Pick<Casting, "sending" | "live"> & {
  /** How much is filled in, in words; null for the count. */
  soFar: string | null
  /** How many options are named, and how many may be. */
  count: number
  min: number
  max: number
  /** How often the voter tried to name more than may be named since the last change. */
  surplus: number
  /** An abstention waits to be confirmed. */
  abstains: boolean
  embedded: boolean
  /** What else can be done from here. */
  children: ComponentChildren
}

export function CastBar(props: Props) {
  const { sending, live, count, min, max, surplus, abstains, embedded, children } = props
  const { t } = useBallotText()
  const status = useRef<HTMLParagraphElement>(null)
  const wrong = !live || abstains ? null : count < min ? "atLeast" : count > max ? "atMost" : null
  useEffect(() => {
    // A frame is as high as its content, so that the bar is at its end.
    if (surplus > 0 && embedded) status.current?.scrollIntoView({ block: "nearest" })
  }, [surplus, embedded])
  const soFar = props.soFar ?? t("chosenSoFar", { count })
  const said = abstains ? t("abstention") : surplus > 0 ? t("full") : soFar
  return (
    <div class="cast">
      <p ref={status} role="status" class={surplus > 0 ? "surplus" : ""}>
        {/* Without scripts nobody counts. A new element each time, so that it is said again. */}
        {live && <span key={surplus}>{said}</span>}
      </p>
      {children}
      <button
        class="button primary"
        type="submit"
        name={abstains ? "abstain" : "cast"}
        value="1"
        aria-disabled={sending || wrong ? "true" : undefined}
      >
        {t(sending ? wayOf(sending) : (wrong ?? (abstains ? "castAbstention" : "castVote")))}
      </button>
    </div>
  )
}

function wayOf({ failures }: NonNullable<Casting["sending"]>): "notSent" | "sending" {
  return failures > 0 ? "notSent" : "sending"
}
