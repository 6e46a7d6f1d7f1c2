/** A ballot that rates options, or says yes or no to each: a row of radio buttons for every option, and one button casts them all. */

import { type Answer, type Choice, choiceIn } from "@tallyroom/lib/ballots/choice"
import { ownValue } from "@tallyroom/lib/own-value"
import type { Option } from "@tallyroom/lib/polls/poll"
import { OptionMark } from "@tallyroom/lib/ui/option-mark"
import { useEffect, useRef } from "preact/hooks"
import type { OwnVote } from "../../casting/cast-ballot"
import type { BallotKind, Filling, OpenBallot } from "./ballot-kind"
import { useBallotText } from "./ballot-text"
import { inOrder } from "./in-order"
import { OptionLabel, sizeOf } from "./option-list"
import { SaidBars } from "./said-bars"
import { useDraft } from "./use-draft"

/** So many buttons stand beside their option. */
const SHORT_SCALE = 7

type ByOption = Readonly<Record<string, string>>
/** What may be said of an option, with its words; empty for nothing. */
type Scale = { value: string; label: string; words?: string }[]

/** How a method's choices and what is said of each option belong together. */
type Method = { field: "rate" | "answer"; scale: Scale; choiceOf: (said: ByOption) => Choice }

export const radioOptions: BallotKind = {
  useBallot: useRadioOptions,
  choiceIn,
  saidOf,
  Tally: SaidBars,
}

function useRadioOptions(ballot: OpenBallot): Filling {
  const { poll, casting, before } = ballot
  const { field, scale, choiceOf } = useMethod(ballot)
  const { t } = useBallotText()
  const isOneMotion = poll.ballot.method === "decide" && poll.options.length === 1
  const { draft, change, press, bar } = useDraft(ballot, {
    countOf: (choice) => Object.keys(saidIn(choice)).length,
    soFar(choice) {
      if (!isOneMotion) return null
      const [answer] = Object.values(choice ? saidIn(choice) : {})
      if (answer === undefined) return t("answeredNot")
      return t("answeredIt", { answer: t(answer === "yes" ? "yes" : "no") })
    },
  })
  const rows = useRef<HTMLDivElement>(null)
  const said = draft ? saidIn(draft) : {}
  const say = (id: string, value: string) => {
    const { [id]: _, ...others } = said
    change(choiceOf(value === "" ? others : { ...others, [id]: value }))
  }
  useEffect(() => {
    // Something may have been chosen before the script ran.
    const found = [...(rows.current?.querySelectorAll<HTMLInputElement>("input:checked") ?? [])]
      .filter(({ value }) => value !== "")
      .map(({ name, value }) => [name.slice(field.length + 1), value] as const)
    if (
      found.length !== Object.keys(said).length ||
      found.some(([id, value]) => ownValue(said, id) !== value)
    )
      casting.choose(choiceOf(Object.fromEntries(found)), poll.words)
  }, [])
  return {
    press,
    bar,
    options: (
      <div ref={rows} class={`options rows ${sizeOf(poll.options.length)}`}>
        {inOrder(
          poll.options.map((option, index) => (
            <Row
              key={option.id}
              name={`${field}.${option.id}`}
              {...{ option, index, scale }}
              said={ownValue(said, option.id) ?? ""}
              now={before ? (ownValue(saidIn(before), option.id) ?? null) : null}
              onSay={(value) => say(option.id, value)}
            />
          )),
          poll.shown,
        )}
      </div>
    ),
  }
}

function useMethod({ poll: { ballot, options } }: OpenBallot): Method {
  const { t, number } = useBallotText()
  if (ballot.method !== "rate")
    return {
      field: "answer",
      scale: [
        { value: "yes", label: t("yes") },
        { value: "no", label: t("no") },
        // From one motion alone a ballot abstains as a whole, where it may.
        ...(options.length > 1 ? [{ value: "", label: t("abstain") }] : []),
      ],
      choiceOf: (said) => ({ answers: said as Record<string, Answer> }),
    }
  const ratings = Array.from({ length: ballot.highest + 1 }, (_, i) => ({ value: `${i}`, label: number(i) }))
  return {
    field: "rate",
    scale: [...ratings, { value: "", label: "–", words: t("noRating") }],
    choiceOf: (said) => ({
      ratings: Object.fromEntries(Object.entries(said).map(([id, rating]) => [id, Number(rating)])),
    }),
  }
}

/** What a choice says of each option that it says something of. */
function saidIn(choice: Choice): ByOption {
  const said = "ratings" in choice ? choice.ratings : "answers" in choice ? choice.answers : {}
  const texts = Object.entries(said).map(([id, it]) => [id, `${it}`] as const)
  return Object.fromEntries(texts.filter(([, it]) => it !== "abstain"))
}

function saidOf(standing: OwnVote, id: string): string {
  const { t } = useBallotText()
  const said = ownValue(saidIn(standing), id)
  if (said === undefined) return ""
  return said === "yes" || said === "no" ? t(said) : t("ratingOf", { rating: Number(said) })
}

type RowProps = {
  option: Option
  index: number
  name: string
  scale: Scale
  said: string
  /** What the vote that stands says of the option; null for nothing. */
  now: string | null
  onSay: (value: string) => void
}

function Row({ option, index, name, scale, said, now, onSay }: RowProps) {
  const id = `${name}-label`
  return (
    <div class="option row" role="radiogroup" aria-labelledby={id}>
      <OptionMark option={option} index={index} />
      <span id={id} class="words">
        <OptionLabel option={option} isNow={false} />
      </span>
      <span class={`scale ${scale.length > SHORT_SCALE ? "" : "short"}`}>
        {scale.map(({ value, label, words }) => (
          <label key={value} class={`${value === "" ? "none" : ""} ${value === now ? "now" : ""}`}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={said === value}
              autocomplete="off"
              aria-label={words}
              title={words}
              onChange={() => onSay(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </span>
    </div>
  )
}
