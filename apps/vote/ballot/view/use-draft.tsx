/** What ballots have in common on which more than one thing is filled in, and one button casts it all. */

import { type Choice, chosenOf, limitsOf } from "@tallyroom/lib/ballots/choice"
import type { ComponentChildren } from "preact"
import { useEffect, useState } from "preact/hooks"
import type { OwnVote } from "../../casting/cast-ballot"
import { leave } from "../browser/leave"
import { drafts } from "../browser/memory"
import { useKeptDraft } from "../browser/use-kept-draft"
import { AbstainButton } from "./abstain-button"
import type { OpenBallot } from "./ballot-kind"
import { CastBar } from "./cast-bar"

type Ways = {
  /** How many options a choice says something of; by default all that it names. */
  countOf?: (choice: Choice) => number
  /** How much is filled in, where that is not told by their count. */
  soFar?: (choice: Choice | null) => string | null
  /** What else stands in the bar that casts. */
  beside?: (draft: Choice) => ComponentChildren
}

/** The ballot as it is filled in by now. */
export function useDraft(
  ballot: OpenBallot,
  { countOf = (choice) => chosenOf(choice).length, soFar = () => null, beside = () => null }: Ways = {},
) {
  const { data, poll, casting, chosen, before } = ballot
  const { sending, live } = casting
  const { min, max } = limitsOf(poll)
  /** How often the voter tried to name more than may be named since the last change. */
  const [surplus, setSurplus] = useState(0)
  /** What was filled in before the voter pressed "Abstain". */
  const [aside, setAside] = useState<Choice | null>(null)
  const draft = sending?.choice ?? chosen?.choice ?? (before && choiceOf(before))
  const abstains = !!chosen && "abstain" in chosen.choice
  const count = draft ? countOf(draft) : 0
  // What is filled in goes only with a second press: the button is near the one that casts it.
  const confirms = live && (poll.confirm || abstains || count > 0)
  useEffect(() => {
    // The messages have limits in them that depend on how many options there are.
    if (poll.options.length !== data.poll.options.length) leave(() => location.reload())
  }, [poll, data])
  useEffect(() => {
    if (casting.chosen && !chosen) casting.refuse("reworded")
  }, [poll.words])
  useKeptDraft(ballot)
  const cast = (choice: Choice) => {
    // From now on it is kept as a ballot that has no answer yet.
    drafts.forget(data)
    casting.cast(choice, poll.words)
  }
  return {
    draft,
    isFull: live && count >= max,
    /** @returns whether the ballot may say so: it may say too little for now, but not too much */
    change: (choice: Choice): boolean => {
      const isSurplus = countOf(choice) > Math.max(max, count)
      setSurplus(isSurplus ? surplus + 1 : 0)
      if (isSurplus || sending) return false
      casting.choose(choice, poll.words)
      return true
    },
    press: ({ name, classList }: HTMLButtonElement) => {
      const abstention = { abstain: true } as const
      if (name === "abstain" && confirms && !classList.contains("primary")) {
        if (!abstains) setAside(draft ?? null)
        const next = abstains ? aside : abstention
        if (next) casting.choose(next, poll.words)
      } else if (name === "abstain") cast(abstention)
      else if (count < min) casting.refuse("tooFew")
      else if (count > max) casting.refuse("tooMany")
      else if (draft) cast(draft)
    },
    bar: (
      <CastBar
        {...{ count, min, max, surplus, abstains, sending, live }}
        soFar={soFar(draft ?? null)}
        embedded={data.embedded}
      >
        {draft && beside(draft)}
        {poll.ballot.abstain && <AbstainButton {...{ chosen, before, sending, confirms }} />}
      </CastBar>
    ),
  }
}

/** What a vote says. */
function choiceOf({ status: _status, receipt: _receipt, ...choice }: OwnVote): Choice {
  return choice
}
