/**
 * A moment: in the reader's own time zone where scripts run, in UTC where they don't. It is always sent as UTC. A browser
 * sends nothing for a field that is only half filled, so an empty field takes no time away that was there: a box does.
 */

import type { RefObject } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import { describedBy, Field } from "../parts"
import { comesTwice, EARLIEST, LATEST, localTime, readMoment } from "./local-time"

type Props = {
  name: "opensAt" | "closesAt"
  /** An ISO text, or empty: what the field is served with. */
  value: string
  /** The same as the stored poll has it, which nobody may lose by a slip; what was refused is nothing to lose. */
  saved: string
  error: string | undefined
  why: string | undefined
  /** What it means to have none, where that is not plain. */
  emptied?: string | undefined
}

/** What a field sends that holds no whole moment: the server tells it from an empty one. */
const UNFINISHED = "unfinished"

export function MomentField({ name, value, saved, error, why, emptied }: Props) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const [none, setNone] = useState(value === "" && saved !== "")
  const field = useRef<HTMLInputElement>(null)
  const { moment, localError, warning, handlers } = useMoment(field, value, saved, `${mounted} ${none}`)
  useEffect(() => {
    // The field of the reader's own zone takes the place of the one that was served, and its focus.
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
 * What the field holds where scripts run; what is wrong with it is said once it is to be saved: earlier it would push the
 * button away under the click.
 * @param state when this changes, the field is looked at anew
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
    // A field has minutes alone: what stands there as it was served, or as it is saved, keeps its seconds.
    const known = [served, saved].find((iso) => localTime(iso) === input.value)
    setMoment(read.iso && (known ?? read.iso))
    // The form asks every field before it is sent.
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
  // A field that goes from half filled to empty says nothing of it by itself: keys do, and leaving it.
  const handlers = { onInput: tellWhatChanged, onKeyUp: tellWhatChanged, onBlur: look, onInvalid: tell }
  return { moment, localError, warning, handlers }
}

/** Keeps a form from being sent while one of its moments is not whole; the first of them gets the focus. */
export function requireWholeMoments(event: Event & { currentTarget: HTMLFormElement }): void {
  const fields = event.currentTarget.querySelectorAll<HTMLInputElement>("input[type=datetime-local]")
  const [first] = [...fields].filter((field) => !field.checkValidity())
  if (!first) return
  event.preventDefault()
  first.focus()
}
