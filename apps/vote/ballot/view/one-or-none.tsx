/** A ballot for one option, or for none: as one for one option, with a button that abstains. */

import { choiceIn } from "@tallyroom/lib/ballots/choice"
import { AbstainButton } from "./abstain-button"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { useButton } from "./confirm-bar"
import { useOneOption } from "./one-option"
import { TallyBars } from "./tally-bars"

export const oneOrNone: BallotKind = { useBallot: useOneOrNone, choiceIn, Tally: TallyBars }

function useOneOrNone(ballot: OpenBallot): Filling {
  const { poll, casting, chosen, before } = ballot
  const { options, bar, press } = useOneOption(ballot)
  const { sending } = casting
  const confirms = casting.live && poll.confirm
  const abstains = chosen !== null && "abstain" in chosen.choice
  return {
    press: (button) => {
      if (button.name !== "abstain") return press(button)
      if (confirms && !button.classList.contains("primary")) casting.choose({ abstain: true }, poll.words)
      else casting.cast({ abstain: true }, poll.words)
    },
    options: (
      <>
        {options}
        <p class="buttons">
          <AbstainButton {...{ chosen, before, sending, confirms }} />
        </p>
      </>
    ),
    bar: confirms && abstains ? <AbstentionBar {...ballot} /> : bar,
  }
}

/** The button that casts an abstention, as the one that casts a chosen option. */
function AbstentionBar({ data, casting: { sending }, chosen, byKey }: OpenBallot) {
  const { t } = useBallotText()
  const button = useButton({ chosen, byKey, embedded: data.embedded })
  return (
    <div class="confirm">
      <p role="status" class="visually-hidden">
        {!sending && t("chosenNote", { option: t("abstention") })}
      </p>
      <button
        ref={button}
        class="button primary"
        type="submit"
        name="abstain"
        value="1"
        aria-disabled={sending ? "true" : undefined}
      >
        {sending ? t(sending.failures > 0 ? "notSent" : "sending") : t("castAbstention")}
      </button>
    </div>
  )
}
