/** The order of a ballot that ranks, in which options are moved by buttons, or dragged by their handle. */

import type { Option } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import { useLayoutEffect, useRef } from "preact/hooks"
import { useDrag } from "../browser/use-drag"
import { useBallotText } from "./ballot-text"

type Props = {
  options: Option[]
  ranking: readonly string[]
  /** @param to the new place, from 0; beyond the ends it is the nearest one */
  onMove: (id: string, to: number) => void
  onTakeBack: (id: string) => void
}

export function RankList({ options, ranking, onMove, onTakeBack }: Props) {
  const { t } = useBallotText()
  const list = useRef<HTMLOListElement>(null)
  const pressed = useRef("")
  const startDrag = useDrag(list, onMove)
  useLayoutEffect(() => {
    // A button that moved with its option keeps the focus.
    if (pressed.current !== "") document.getElementById(pressed.current)?.focus()
    pressed.current = ""
  }, [ranking])
  const move = (button: HTMLButtonElement, id: string, to: number) => {
    pressed.current = button.id
    onMove(id, to)
  }
  return (
    <section class="card order">
      <h2>{t("ranking")}</h2>
      <ol ref={list}>
        {ranking.map((id, i) => {
          const label = options.find((option) => option.id === id)?.label ?? id
          const option = isolated(label)
          return (
            <li key={id}>
              {/* The form of a browser that can't send JSON has it. */}
              <input type="hidden" name={`rank.${id}`} value={i + 1} />
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
            </li>
          )
        })}
      </ol>
    </section>
  )
}
