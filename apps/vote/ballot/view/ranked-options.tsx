/** A ballot that ranks: the options are pressed one after the other, the best first, and moved in the order that grows below. */

import { type Choice, choiceIn, chosenOf, limitsOf } from "@tallyroom/lib/ballots/choice"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { RefObject } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { MOST_KEYS } from "../browser/use-keys"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { PlaceFields } from "./place-fields"
import { RankList } from "./rank-list"
import { RankableList } from "./rankable-list"
import { useDraft } from "./use-draft"

export const rankedOptions: BallotKind = { useBallot: useRankedOptions, choiceIn: rankingIn }

function useRankedOptions(ballot: OpenBallot): Filling {
  const { poll, casting, before, hasKeys } = ballot
  const { t } = useBallotText()
  const heading = useRef<HTMLHeadingElement>(null)
  const { draft, isFull, change, press, bar } = useDraft(ballot, {
    // With many options the order is far below the first ones.
    beside: (draft) =>
      casting.live && chosenOf(draft).length > 0 && poll.options.length > MOST_KEYS ? (
        <ToOrder heading={heading} />
      ) : null,
  })
  /** What was done last, for screen readers. */
  const [said, setSaid] = useState("")
  const fields = useRef<HTMLDivElement>(null)
  const ranking = draft ? chosenOf(draft) : []
  const labelOf = (id: string) => isolated(poll.options.find((option) => option.id === id)?.label ?? id)
  const rank = (next: readonly string[], id: string) => {
    if (!change({ ranking: next })) return
    const place = next.indexOf(id) + 1
    setSaid(
      place > 0
        ? t("placed", { option: labelOf(id), place, count: next.length })
        : t("unplaced", { option: labelOf(id) }),
    )
  }
  const toggle = (id: string) =>
    rank(ranking.includes(id) ? ranking.filter((it) => it !== id) : [...ranking, id], id)
  const move = (id: string, to: number) => {
    const others = ranking.filter((it) => it !== id)
    const place = Math.min(Math.max(to, 0), others.length)
    if (ranking.indexOf(id) !== place) rank([...others.slice(0, place), id, ...others.slice(place)], id)
  }
  useEffect(() => {
    // Places may have been chosen before the script ran.
    if (!fields.current) return
    const found = placesIn(fields.current)
    if (`${found}` !== `${ranking}`) casting.choose({ ranking: found }, poll.words)
  }, [])
  const now = before ? chosenOf(before) : []
  if (!casting.live)
    return {
      press,
      bar,
      options: (
        <PlaceFields
          options={poll.options}
          shown={poll.shown}
          max={limitsOf(poll).max}
          {...{ fields, ranking, now }}
        />
      ),
    }
  return {
    press,
    bar,
    options: (
      <>
        <RankableList
          options={poll.options}
          shown={poll.shown}
          {...{ ranking, now, isFull, hasKeys }}
          onPress={toggle}
        />
        {ranking.length > 0 && (
          <RankList options={poll.options} {...{ heading, ranking }} onMove={move} onTakeBack={toggle} />
        )}
        <p role="status" class="visually-hidden">
          {said}
        </p>
      </>
    ),
  }
}

function ToOrder({ heading }: { heading: RefObject<HTMLHeadingElement | null> }) {
  const { t } = useBallotText()
  const show = () => {
    heading.current?.focus()
    heading.current?.scrollIntoView()
  }
  return (
    <button class="button" type="button" onClick={show}>
      {t("ranking")} <span aria-hidden="true">↓</span>
    </button>
  )
}

/** The options that have a place in the fields that work without scripts, in their order. */
function placesIn(fields: HTMLElement): string[] {
  return [...fields.querySelectorAll("select")]
    .filter(({ value }) => value !== "")
    .sort((a, b) => Number(a.value) - Number(b.value))
    .map(({ name }) => name.slice("rank.".length))
}

/** One option alone is a ranking, too. */
function rankingIn(fields: Record<string, unknown>): Choice | null {
  const choice = choiceIn(fields)
  return choice && "option" in choice ? { ranking: [choice.option] } : choice
}
