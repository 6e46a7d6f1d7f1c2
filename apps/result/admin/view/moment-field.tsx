/**
 * A moment: in the reader's own time zone where scripts run, in UTC where they don't. It is always sent as UTC. A browser
 * sends nothing for a field that is only half filled, so an empty field takes no time away that was there: a box does.
 */

import { useState } from "preact/hooks"
import { comesTwice, EARLIEST, LATEST, localTime, readMoment } from "./local-time"
import { describedBy, Field } from "./parts"
import { useLive, useWords } from "./words"

type Props = {
  name: "opensAt" | "closesAt"
  /** An ISO text, or empty. */
  value: string
  fault: string | undefined
  why: string | undefined
  /** What it means to have none, where that is not plain. */
  emptied?: string | undefined
}

/** What a field sends that holds no whole moment: the server tells it from an empty one. */
const UNFINISHED = "unfinished"

export function MomentField({ name, value, fault, why, emptied }: Props) {
  const { t } = useWords()
  const live = useLive()
  const [none, setNone] = useState(false)
  const { moment, trouble, warning, handlers } = useMoment(value)
  const zone = live ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC"
  const hint = [t("zoneHint", { zone }), emptied].filter(Boolean).join(". ")
  const shown = none ? undefined : (trouble ?? fault)
  return (
    <div>
      <Field id={name} label={t(name)} hint={why ?? warning ?? hint} fault={shown}>
        <input
          key={String(live)}
          id={name}
          name={live ? undefined : name}
          type="datetime-local"
          defaultValue={live ? localTime(value) : value.slice(0, 16)}
          min={EARLIEST}
          max={LATEST}
          disabled={why !== undefined || none}
          aria-invalid={shown !== undefined}
          aria-describedby={describedBy(name)}
          {...handlers}
        />
      </Field>
      {why === undefined && (
        <>
          {live && <input type="hidden" name={name} value={moment ?? UNFINISHED} />}
          <input type="hidden" name={`${name}Was`} value={value} autocomplete="off" />
          {value !== "" && (
            <label class="check">
              <input
                type="checkbox"
                name={`${name}None`}
                onChange={(event) => setNone(event.currentTarget.checked)}
              />
              {t(`${name}None`)}
            </label>
          )}
        </>
      )}
    </div>
  )
}

/** An event at the field itself. */
type AtField = { currentTarget: HTMLInputElement }

/** What the field holds where scripts run; what is wrong with it is said once it is to be saved: earlier it would push the button away under the click. */
function useMoment(served: string) {
  const { t } = useWords()
  const [moment, setMoment] = useState<string | null>(served)
  const [trouble, setTrouble] = useState<string>()
  const [warning, setWarning] = useState<string>()

  const onInput = ({ currentTarget: input }: AtField) => {
    const { iso, wrong } = readMoment(input, served !== "")
    setMoment(iso)
    // The form asks every field before it is sent.
    input.setCustomValidity(wrong ? t(wrong) : "")
    if (!wrong) setTrouble(undefined)
    setWarning(iso && comesTwice(iso) ? t("momentTwice") : undefined)
  }
  const tell = ({ currentTarget: input }: AtField) => {
    if (!input.validity.valid)
      setTrouble(input.validity.customError ? input.validationMessage : t("faultMoment"))
  }
  return { moment, trouble, warning, handlers: { onInput, onInvalid: tell } }
}

/** Keeps a form from being sent while one of its moments is not whole; the first of them gets the focus. */
export function requireWholeMoments(event: Event & { currentTarget: HTMLFormElement }): void {
  const fields = event.currentTarget.querySelectorAll<HTMLInputElement>("input[type=datetime-local]")
  const [first] = [...fields].filter((field) => !field.checkValidity())
  if (!first) return
  event.preventDefault()
  first.focus()
}
