/** A ballot for one option: one tap or key votes, or chooses what is then confirmed. */

import { type Choice, chosenOf, optionIn } from "@tallyroom/lib/ballots/choice"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { ConfirmBar } from "./confirm-bar"
import { OptionList } from "./option-list"
import { TallyBars } from "./tally-bars"

export const oneOption: BallotKind = { useBallot: useOneOption, choiceIn: optionIn, Tally: TallyBars }

export function useOneOption({ data, poll, casting, chosen, before, hasKeys, byKey }: OpenBallot): Filling {
  const { sending } = casting
  const confirms = casting.live && poll.confirm
  return {
    press: ({ value: option, classList }) => {
      if (confirms && classList.contains("option")) casting.choose({ option }, poll.words)
      else casting.cast({ option }, poll.words)
    },
    options: (
      <OptionList
        options={poll.options}
        sent={sending && optionOf(sending.choice)}
        chosen={confirms ? chosen && optionOf(chosen.choice) : undefined}
        now={before && optionOf(before)}
        hasKeys={hasKeys}
      />
    ),
    bar: confirms && (
      <ConfirmBar options={poll.options} embedded={data.embedded} {...{ chosen, sending, byKey }} />
    ),
  }
}

/** The option that a choice names; null for none. */
function optionOf(choice: Choice): string | null {
  return chosenOf(choice)[0] ?? null
}
