/** The quieter button that chooses nothing. */

import type { OpenBallot } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import type { Casting } from "./casting"

type Props = Pick<OpenBallot, "chosen" | "before"> & {
  sending: Casting["sending"]
  /** An abstention is confirmed before it is cast. */
  confirms: boolean
}

export function AbstainButton({ chosen, before, sending, confirms }: Props) {
  const { t } = useBallotText()
  return (
    <button
      class="button abstain"
      type="submit"
      name="abstain"
      value="1"
      aria-pressed={confirms ? !!chosen && "abstain" in chosen.choice : undefined}
      aria-disabled={sending ? "true" : undefined}
    >
      {t("abstain")}
      {before && "abstain" in before && <span class="chip good">{t("choiceNow")}</span>}
    </button>
  )
}
