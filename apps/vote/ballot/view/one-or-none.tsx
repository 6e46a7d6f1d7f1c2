/** A ballot for one option, or for none: as one for one option, with a button that abstains. */

import { choiceIn } from "@tallyroom/lib/ballots/choice"
import { AbstainButton } from "./abstain-button"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { ConfirmBar } from "./confirm-bar"
import { useOneOption } from "./one-option"
import { TallyBars } from "./tally-bars"

export const oneOrNone: BallotKind = { useBallot: useOneOrNone, choiceIn, Tally: TallyBars }

function useOneOrNone(ballot: OpenBallot): Filling {
  const { data, poll, casting, chosen, before, byKey } = ballot
  const { t } = useBallotText()
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
    bar:
      confirms && abstains ? (
        <ConfirmBar
          {...{ chosen, sending, byKey }}
          label={t("abstention")}
          text={t("castAbstention")}
          name="abstain"
          value="1"
          embedded={data.embedded}
        />
      ) : (
        bar
      ),
  }
}
