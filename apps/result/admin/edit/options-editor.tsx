/** The list of the options of a poll. Its buttons belong to the form, so that they work without scripts too. */

import { MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { useEffect, useRef, useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import type { OptionDraft } from "./draft"
import { OptionRow } from "./option-row"

type Props = {
  options: OptionDraft[]
  /** No more can be removed once they are so few. */
  fewest: number
  errors: Record<string, string>
  /** Why options can't be added and removed any more. */
  fixed: string | undefined
  /** Whether labels can't be changed either. */
  labelsFixed: boolean
  onChange: (options: OptionDraft[]) => void
  onAction: (action: string) => void
}

export function OptionsEditor(props: Props) {
  const { options, fewest, errors, fixed, labelsFixed, onChange, onAction } = props
  const { t } = useAdminText()
  const isFull = fixed !== undefined || options.length >= MAX_OPTIONS
  const { list, announcement, press, goOn } = useActions(options.length, isFull, onAction)
  return (
    <section class="card">
      <h2>{t("options")}</h2>
      {fixed && <p class="fixed">{t(labelsFixed ? "labelsFixed" : "optionsFixed", { why: fixed })}</p>}
      {errors.options && <p class="field-error">{errors.options}</p>}
      <ol class="option-rows" ref={list}>
        {options.map((option, i) => (
          <OptionRow
            key={`row-${i.toString()}`}
            index={i}
            count={options.length}
            fewest={fewest}
            option={option}
            errors={errors}
            fixed={fixed !== undefined}
            labelFixed={labelsFixed}
            press={press}
            goOn={goOn}
            onChange={(changed) => onChange(options.map((known, j) => (j === i ? changed : known)))}
          />
        ))}
      </ol>
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
      {!isFull && (
        <button class="button" type="submit" name="do" value="add" onClick={press("add")}>
          {t("addOption")}
        </button>
      )}
    </section>
  )
}

/** What the buttons do where scripts run: the list changes at once, and the focus follows the moved option. */
function useActions(count: number, isFull: boolean, onAction: (action: string) => void) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const list = useRef<HTMLOListElement>(null)
  const [focus, setFocus] = useState("")
  const [announcement, setAnnouncement] = useState("")
  useEffect(() => {
    if (focus === "") return
    const target = list.current?.querySelector<HTMLElement>(focus)
    target?.focus()
    setFocus("")
  }, [focus])

  const press = (action: string) => (event: Event) => {
    if (!mounted) return
    event.preventDefault()
    onAction(action)
    const [verb, index] = action.split("-")
    const at = Number(index)
    if (verb === "add") return setFocus(`[name="o${count}-label"]`)
    if (verb === "remove") return setFocus(`[name="o${Math.max(0, Math.min(at, count - 2))}-label"]`)
    const to = verb === "up" ? at - 1 : at + 1
    const last = verb === "up" ? to === 0 : to === count - 1
    setFocus(`[value="${last ? (verb === "up" ? "down" : "up") : verb}-${to}"]`)
    setAnnouncement(t("movedTo", { place: to + 1 }))
  }
  const goOn = (index: number) => {
    const isLast = index === count - 1
    if (!mounted || (isLast && isFull)) return false
    if (isLast) onAction("add")
    setFocus(`[name="o${index + 1}-label"]`)
    return true
  }
  return { list, announcement, press, goOn }
}
