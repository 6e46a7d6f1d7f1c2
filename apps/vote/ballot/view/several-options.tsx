/** A ballot for several options: each is a box to tick, and one button casts them all. */

import { choiceIn, chosenOf } from "@tallyroom/lib/ballots/choice"
import { useEffect } from "preact/hooks"
import { useBoxKeys } from "../browser/use-box-keys"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { BoxList } from "./box-list"
import { TallyBars } from "./tally-bars"
import { useDraft } from "./use-draft"

export const severalOptions: BallotKind = { useBallot: useSeveralOptions, choiceIn, Tally: TallyBars }

function useSeveralOptions(ballot: OpenBallot): Filling {
  const { poll, before, hasKeys } = ballot
  const { draft, isFull, change, press, bar } = useDraft(ballot)
  const boxes = useBoxKeys()
  const ticked = draft ? chosenOf(draft) : []
  const toggle = (box: HTMLInputElement) => {
    const others = ticked.filter((id) => id !== box.value)
    if (!change({ options: box.checked ? [...others, box.value] : others })) box.checked = !box.checked
  }
  useEffect(() => {
    // Boxes may have been ticked before the script ran.
    const found = [...(boxes.current?.querySelectorAll("input") ?? [])].filter(({ checked }) => checked)
    if (found.length !== ticked.length || found.some(({ value }) => !ticked.includes(value)))
      ballot.casting.choose({ options: found.map(({ value }) => value) }, poll.words)
  }, [])
  return {
    press,
    bar,
    options: (
      <BoxList
        options={poll.options}
        shown={poll.shown}
        now={before ? chosenOf(before) : []}
        onToggle={toggle}
        {...{ boxes, ticked, isFull, hasKeys }}
      />
    ),
  }
}
