/** A ballot for one option: one tap or key votes, or chooses what is then confirmed. */

import { type Choice, chosenOf, optionIn } from "@tallyroom/lib/ballots/choice"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { ConfirmBar } from "./confirm-bar"
import { OptionList } from "./option-list"
import { TallyBars } from "./tally-bars"

export const oneOption: BallotKind = { useBallot: useOneOption, choiceIn: optionIn, Tally: TallyBars }

export function useOneOption({ data, poll, casting, chosen, before, hasKeys, byKey }: OpenBallot): Filling {
  const { t } = useBallotText()
  const { sending } = casting
  const confirms = casting.live && poll.confirm
  const value = chosen && optionOf(chosen.choice)
  const option = poll.options.find(({ id }) => id === value)
  const label = option && isolated(option.label)
  return {
    press: ({ value: option, classList }) => {
      if (confirms && classList.contains("option")) casting.choose({ option }, poll.words)
      else casting.cast({ option }, poll.words)
    },
    options: (
      <OptionList
        options={poll.options}
        shown={poll.shown}
        sent={sending && optionOf(sending.choice)}
        chosen={confirms ? value : undefined}
        now={before && optionOf(before)}
        hasKeys={hasKeys}
      />
    ),
    bar: confirms && (
      <ConfirmBar
        {...{ chosen, sending, byKey, label }}
        text={t("voteFor", { option: label ?? "" })}
        name="vote"
        value={option?.id}
        embedded={data.embedded}
      />
    ),
  }
}

/** The option that a choice names; null for none. */
function optionOf(choice: Choice): string | null {
  return chosenOf(choice)[0] ?? null
}
