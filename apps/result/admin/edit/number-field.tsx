/** A field for a whole number among the rules of a poll. */

import { useAdminText } from "../admin-text"
import { describedBy, Field } from "../parts"

type Props = {
  name: "chooseMin" | "chooseMax" | "rankMax" | "highest" | "seats" | "eligible"
  /** The least, 1 by default, and the most; none where any number will do. */
  min?: number
  max?: number
  value: string
  error: string | undefined
  hint?: string | undefined
  onInput: (text: string) => void
}

export function NumberField({ name, min = 1, max, value, error, hint, onInput }: Props) {
  const { t } = useAdminText()
  return (
    <Field id={name} label={t(name)} error={error} hint={hint}>
      <input
        id={name}
        name={name}
        type="number"
        min={min}
        max={max}
        value={value}
        aria-invalid={error !== undefined}
        autofocus={error !== undefined}
        aria-describedby={describedBy(name)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  )
}
