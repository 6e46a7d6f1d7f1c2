/** The order of a ballot that ranks, in which options are moved by buttons, by the number of their place, or dragged by their handle. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { RefObject } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import { useDrag } from "../browser/use-drag"
import { useBallotText } from "./ballot-text"

/** In a longer order an option would take many presses from one end to the other: there its place is a field. */
const FEW = 5

type Props = {
  heading: RefObject<HTMLHeadingElement | null>
  options: Option[]
  ranking: readonly string[]
  /** @param to the new place, from 0; beyond the ends it is the nearest one */
  onMove: (id: string, to: number) => void
  onTakeBack: (id: string) => void
}

export function RankList({ heading, options, ranking, onMove, onTakeBack }: Props) {
  const { t } = useBallotText()
  const list = useRef<HTMLOListElement>(null)
  const pressed = useRef("")
  const startDrag = useDrag(list, onMove)
  useLayoutEffect(() => {
    // A button that moved with its option keeps the focus.
    if (pressed.current !== "") document.getElementById(pressed.current)?.focus()
    pressed.current = ""
  }, [ranking])
  const move = (control: HTMLElement, id: string, to: number) => {
    pressed.current = control.id
    onMove(id, to)
  }
  return (
    <section class="card order">
      <h2 ref={heading} tabIndex={-1}>
        {t("ranking")}
      </h2>
      <ol ref={list} class={ranking.length > FEW ? "long" : ""}>
        {ranking.map((id, i) => {
          const label = options.find((option) => option.id === id)?.label ?? id
          const option = isolated(label)
          return (
            <li key={id}>
              {/* The form of a browser that can't send JSON has it. */}
              <input type="hidden" name={`rank.${id}`} value={i + 1} />
              <span class="item">
                {ranking.length > FEW && (
                  <PlaceField
                    {...{ id, place: i + 1 }}
                    label={t("placeOf", { option })}
                    onPlace={(field, place) => move(field, id, place - 1)}
                  />
                )}
                <span
                  class="handle"
                  title={t("drag", { option })}
                  aria-hidden="true"
                  onPointerDown={(event) => startDrag(event, id)}
                >
                  ⠿
                </span>
                <span class="label">
                  <bdi>{label}</bdi>
                </span>
              </span>
              <span class="ways">
                {[
                  { name: "up", text: "↑", says: t("moveUp", { option }), to: i - 1, ends: i === 0 },
                  {
                    ...{ name: "down", text: "↓", says: t("moveDown", { option }), to: i + 1 },
                    ends: i === ranking.length - 1,
                  },
                ].map(({ name, text, says, to, ends }) => (
                  <button
                    key={name}
                    id={`${name}-${id}`}
                    class="button"
                    type="button"
                    aria-label={says}
                    aria-disabled={ends ? "true" : undefined}
                    onClick={({ currentTarget }) => !ends && move(currentTarget, id, to)}
                  >
                    {text}
                  </button>
                ))}
                <button
                  class="button"
                  type="button"
                  aria-label={t("takeBack", { option })}
                  onClick={() => onTakeBack(id)}
                >
                  ×
                </button>
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

type PlaceFieldProps = {
  id: string
  /** From 1. */
  place: number
  label: string
  onPlace: (field: HTMLElement, place: number) => void
}

/** A number that is typed moves the option to that place; anything else changes nothing. */
function PlaceField({ id, place, label, onPlace }: PlaceFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    // Not with each rendering, as the page is rendered each second: what is being typed would be lost.
    if (field.current) field.current.value = `${place}`
  }, [place])
  const take = (field: HTMLInputElement) => {
    const typed = field.value.trim()
    field.value = `${place}`
    if (/^\d+$/.test(typed) && Number(typed) !== place) onPlace(field, Number(typed))
  }
  return (
    <input
      ref={field}
      id={`place-${id}`}
      class="number"
      inputMode="numeric"
      autocomplete="off"
      maxLength={2}
      aria-label={label}
      onFocus={({ currentTarget }) => currentTarget.select()}
      onBlur={({ currentTarget }) => take(currentTarget)}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return
        event.preventDefault()
        take(event.currentTarget)
      }}
    />
  )
}
