/**
 * A field for a moment: in the reader's own time zone where scripts run, else in UTC. It is always sent as UTC. A browser sends
 * an empty text for a field that is only half filled, so an empty field does not remove a stored time: a box does.
 */

import type { RefObject } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import { describedBy, Field } from "../parts"
import { comesTwice, EARLIEST, LATEST, localTime, readMoment } from "./local-time"

type Props = {
  name: "opensAt" | "closesAt"
  /** The moment with which the field is served: an ISO text, or empty. */
  value: string
  /** The moment of the stored poll, which nobody may lose by mistake. It differs from `value` where that was refused. */
  saved: string
  error: string | undefined
  why: string | undefined
  /** Says what it means to have no time, where that is not obvious. */
  emptied?: string | undefined
}

/** Sent for a field that is only half filled, so that the server can tell it from an empty one. */
const UNFINISHED = "unfinished"

export function MomentField({ name, value, saved, error, why, emptied }: Props) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const [none, setNone] = useState(value === "" && saved !== "")
  const field = useRef<HTMLInputElement>(null)
  const { moment, localError, warning, handlers } = useMoment(field, value, saved, `${mounted} ${none}`)
  useEffect(() => {
    // The field in the reader's own time zone replaces the one that was served, so it must get the focus again.
    const input = field.current
    if (error && input?.form?.querySelector("[aria-invalid=true]") === input) input?.focus()
  }, [mounted, error])
  const zone = mounted ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC"
  const hint = [t("zoneHint", { zone }), emptied].filter(Boolean).join(". ")
  const shown = none && mounted ? undefined : (localError ?? error)
  return (
    <div>
      <Field id={name} label={t(name)} hint={why ?? warning ?? hint} error={shown}>
        <input
          key={String(mounted)}
          ref={field}
          id={name}
          name={mounted ? undefined : name}
          type="datetime-local"
          defaultValue={mounted ? localTime(value) : value.slice(0, 16)}
          min={EARLIEST}
          max={LATEST}
          disabled={why !== undefined || (none && mounted)}
          aria-invalid={shown !== undefined}
          autofocus={error !== undefined}
          aria-describedby={describedBy(name)}
          {...handlers}
        />
      </Field>
      {why === undefined && (
        <>
          {mounted && <input type="hidden" name={name} value={moment ?? UNFINISHED} />}
          <input type="hidden" name={`${name}Was`} value={saved} autocomplete="off" />
          {saved !== "" && (
            <label class="check">
              <input
                type="checkbox"
                name={`${name}None`}
                defaultChecked={none}
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

/**
 * The content of the field where scripts run. An error is shown once the form is to be saved: shown earlier, it would move the
 * button away under the pointer.
 * @param state when this changes, the field is read again
 */
function useMoment(field: RefObject<HTMLInputElement | null>, served: string, saved: string, state: string) {
  const { t } = useAdminText()
  const [moment, setMoment] = useState<string | null>(served)
  const [localError, setLocalError] = useState<string>()
  const [warning, setWarning] = useState<string>()

  const look = () => {
    const input = field.current
    if (!input) return null
    const read = readMoment(input, saved !== "")
    // A field has no seconds. A moment that is the same as before in minutes keeps its seconds.
    const known = [served, saved].find((iso) => localTime(iso) === input.value)
    setMoment(read.iso && (known ?? read.iso))
    // The form checks every field before it is sent.
    input.setCustomValidity(read.wrong ? t(read.wrong) : "")
    return read
  }
  const tellWhatChanged = () => {
    const read = look()
    if (!read) return
    setLocalError((told) => told && (read.wrong ? t(read.wrong) : undefined))
    setWarning(read.iso && comesTwice(read.iso) ? t("momentTwice") : undefined)
  }
  useEffect(() => void look(), [state])
  const tell = ({ currentTarget: input }: { currentTarget: HTMLInputElement }) => {
    if (!input.validity.valid)
      setLocalError(input.validity.customError ? input.validationMessage : t("errorMoment"))
  }
  // A field that changes from half filled to empty fires no event of its own, so keys and leaving the field are handled too.
  const handlers = { onInput: tellWhatChanged, onKeyUp: tellWhatChanged, onBlur: look, onInvalid: tell }
  return { moment, localError, warning, handlers }
}

/** Keeps a form from being sent while one of its moments is invalid. The first of these fields gets the focus. */
export function requireWholeMoments(event: Event & { currentTarget: HTMLFormElement }): void {
  const fields = event.currentTarget.querySelectorAll<HTMLInputElement>("input[type=datetime-local]")
  const [first] = [...fields].filter((field) => !field.checkValidity())
  if (!first) return
  event.preventDefault()
  first.focus()
}
