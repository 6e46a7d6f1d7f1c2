/** A field for one of a few choices, each with an explanation. */

import { useAdminText } from "../admin-text"

type Choices = {
  order: "as-written" | "random"
  policy: "final" | "changeable"
  results: "live" | "after-vote" | "after-close"
} & {
  confirm: "auto" | "yes" | "no"
  eligibility: "browser" | "code" | "network"
}

type Props<Name extends keyof Choices> = {
  name: Name
  values: readonly Choices[Name][]
  value: Choices[Name]
  /** Why it can't be changed any more. */
  why: string | undefined
}

export function ChoiceField<Name extends keyof Choices>({ name, values, value, why }: Props<Name>) {
  const { t } = useAdminText()
  return (
    <fieldset class="choices" disabled={why !== undefined}>
      <legend>{t(name)}</legend>
      {why && <p class="fixed">{why}</p>}
      {values.map((choice) => (
        <label key={choice} class="choice">
          <input type="radio" name={name} value={choice} defaultChecked={choice === value} />
          <span>
            {t(`${name}-${choice}` as Parameters<typeof t>[0])}
            <span class="hint">{t(`${name}-${choice}-hint` as Parameters<typeof t>[0])}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
