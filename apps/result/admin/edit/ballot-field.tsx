/** The fields for what a ballot says: how many options it chooses, and whether it may abstain. */

import { MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import { describedBy, Field } from "../parts"
import type { BallotDraft } from "./draft"
import { CHOICES } from "./modes"

type Props = {
  ballot: BallotDraft
  errors: Record<string, string>
  /** Why it can't be changed any more. */
  why: string | undefined
  onChange: (ballot: BallotDraft) => void
}

export function BallotField({ ballot, errors, why, onChange }: Props) {
  const { t } = useAdminText()
  // Without scripts all fields are there, and those that the choice does not need count for nothing.
  const mounted = useMounted()
  const [choices] = useState(ballot.choose === "rank" ? [...CHOICES, ballot.choose] : CHOICES)
  if (ballot.choose === "other") return null
  const asks = {
    chooseMin: ballot.choose === "several" || ballot.choose === "all",
    chooseMax: ballot.choose === "several",
  }
  return (
    <fieldset class="choices" disabled={why !== undefined}>
      <legend>{t("ballot")}</legend>
      {why && <p class="fixed">{why}</p>}
      {choices.map((choose) => (
        <label key={choose} class="choice">
          <input
            type="radio"
            name="choose"
            value={choose}
            checked={choose === ballot.choose}
            onChange={() => onChange({ ...ballot, choose })}
          />
          <span>
            {t(`choose-${choose}`)}
            <span class="hint">{t(`choose-${choose}-hint`)}</span>
          </span>
        </label>
      ))}
      <div class="pair limits">
        {(asks.chooseMin || !mounted) && (
          <NumberField
            name="chooseMin"
            value={ballot.min}
            error={errors.chooseMin}
            onInput={(min) => onChange({ ...ballot, min })}
          />
        )}
        {(asks.chooseMax || !mounted) && (
          <NumberField
            name="chooseMax"
            value={ballot.max}
            error={errors.chooseMax}
            onInput={(max) => onChange({ ...ballot, max })}
          />
        )}
      </div>
      <label class="choice">
        <input
          type="checkbox"
          name="abstain"
          checked={ballot.abstain}
          onChange={(event) => onChange({ ...ballot, abstain: event.currentTarget.checked })}
        />
        <span>
          {t("abstain")}
          <span class="hint">{t("abstain-hint")}</span>
        </span>
      </label>
    </fieldset>
  )
}

type NumberProps = {
  name: "chooseMin" | "chooseMax"
  value: string
  error: string | undefined
  onInput: (text: string) => void
}

function NumberField({ name, value, error, onInput }: NumberProps) {
  const { t } = useAdminText()
  return (
    <Field id={name} label={t(name)} error={error}>
      <input
        id={name}
        name={name}
        type="number"
        min={1}
        max={MAX_OPTIONS}
        value={value}
        aria-invalid={error !== undefined}
        autofocus={error !== undefined}
        aria-describedby={describedBy(name)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  )
}
