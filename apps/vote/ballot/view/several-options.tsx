/** A ballot for several options: each is a box to tick, and one button casts them all. */

import { chosenOf, limitsOf } from "@tallyroom/lib/ballots/choice"
import { useEffect, useState } from "preact/hooks"
import { leave } from "../browser/leave"
import { useBoxKeys } from "../browser/use-box-keys"
import { AbstainButton } from "./abstain-button"
import type { Filling, OpenBallot } from "./ballot-kind"
import { BoxList } from "./box-list"
import { CastBar } from "./cast-bar"

export function useSeveralOptions({ data, poll, casting, chosen, before, hasKeys }: OpenBallot): Filling {
  const { sending, live } = casting
  const { min, max } = limitsOf(poll)
  /** How often the voter tried to tick more than may be ticked since the last change. */
  const [surplus, setSurplus] = useState(0)
  const boxes = useBoxKeys()
  const filledIn = sending?.choice ?? chosen?.choice
  const shown = filledIn ?? data.draft ?? before
  const ticked = shown ? chosenOf(shown) : []
  const abstains = filledIn !== undefined && "abstain" in filledIn
  const tick = (options: readonly string[]) => {
    setSurplus(0)
    casting.choose({ options }, poll.words)
  }
  const toggle = (box: HTMLInputElement) => {
    const isSurplus = box.checked && ticked.length >= max
    if (!isSurplus && !sending) {
      const others = ticked.filter((id) => id !== box.value)
      return tick(box.checked ? [...others, box.value] : others)
    }
    box.checked = !box.checked
    if (isSurplus) setSurplus(surplus + 1)
  }
  const press = ({ name, classList }: HTMLButtonElement) => {
    if (name !== "abstain") {
      if (ticked.length < min) casting.refuse("tooFew")
      else if (ticked.length > max) casting.refuse("tooMany")
      else casting.cast({ options: ticked }, poll.words)
    } else if (poll.confirm && !classList.contains("primary")) {
      setSurplus(0)
      casting.choose({ abstain: true }, poll.words)
    } else casting.cast({ abstain: true }, poll.words)
  }
  useEffect(() => {
    // Boxes may have been ticked before the script ran.
    const found = [...(boxes.current?.querySelectorAll("input") ?? [])].filter(({ checked }) => checked)
    if (found.length !== ticked.length || found.some(({ value }) => !ticked.includes(value)))
      tick(found.map(({ value }) => value))
  }, [])
  useEffect(() => {
    // The messages have limits in them that depend on how many options there are.
    if (poll.options.length !== data.poll.options.length) leave(() => location.reload())
  }, [poll, data])
  return {
    press,
    options: (
      <BoxList
        boxes={boxes}
        options={poll.options}
        ticked={ticked}
        now={before ? chosenOf(before) : []}
        isFull={live && ticked.length >= max}
        hasKeys={hasKeys}
        onToggle={toggle}
      />
    ),
    bar: (
      <CastBar
        {...{ min, max, surplus, abstains, sending, live }}
        ticked={ticked.length}
        embedded={data.embedded}
        abstain={
          poll.ballot.abstain && (
            <AbstainButton {...{ chosen, before, sending }} confirms={live && poll.confirm} />
          )
        }
      />
    ),
  }
}
