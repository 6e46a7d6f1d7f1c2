/** A moment: in the reader's own time zone where scripts run, in UTC where they don't. It is always sent as UTC. */

import { useState } from "preact/hooks"
import { describedBy, Field } from "./parts"
import { useLive, useWords } from "./words"

type Props = {
  name: "opensAt" | "closesAt"
  /** An ISO text, or empty. */
  value: string
  fault: string | undefined
  why: string | undefined
  /** What an empty field means, where that is not plain. */
  emptied?: string | undefined
}

export function MomentField({ name, value, fault, why, emptied }: Props) {
  const { t } = useWords()
  const live = useLive()
  const [moment, setMoment] = useState(value)
  const zone = live ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC"
  const hint = [t("zoneHint", { zone }), emptied].filter(Boolean).join(". ")
  return (
    <Field id={name} label={t(name)} hint={why ?? hint} fault={fault}>
      <input
        key={String(live)}
        id={name}
        name={live ? undefined : name}
        type="datetime-local"
        defaultValue={live ? localTime(moment) : moment.slice(0, 16)}
        disabled={why !== undefined}
        aria-invalid={fault !== undefined}
        aria-describedby={describedBy(name)}
        onInput={(event) => setMoment(isoTime(event.currentTarget.value))}
      />
      {live && why === undefined && <input type="hidden" name={name} value={moment} />}
    </Field>
  )
}

/** "2030-01-31T21:00" in this machine's zone. */
function localTime(iso: string): string {
  if (iso === "") return ""
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return ""
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function isoTime(local: string): string {
  return local === "" ? "" : new Date(local).toISOString()
}
