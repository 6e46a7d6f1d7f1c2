/** The fields for what a ballot says: how many options it chooses or up to what it rates them, and whether it may abstain. */

import { HIGHEST_RATING, MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { Fragment } from "preact"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import type { BallotDraft } from "./draft"
import { CHOICES } from "./modes"
import { NumberField } from "./number-field"

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
  const asks = {
    chooseMin: ballot.choose === "several" || ballot.choose === "all",
    chooseMax: ballot.choose === "several",
    rankMax: ballot.choose === "rank",
    highest: ballot.choose === "rate",
  }
  const asksMore = !mounted || Object.values(asks).some(Boolean)
  const limits = asksMore && (
    <div class="pair limits">
      {(asks.chooseMin || !mounted) && (
        <NumberField
          name="chooseMin"
          max={MAX_OPTIONS}
          value={ballot.min}
          error={errors.chooseMin}
          onInput={(min) => onChange({ ...ballot, min })}
        />
      )}
      {(asks.chooseMax || !mounted) && (
        <NumberField
          name="chooseMax"
          max={MAX_OPTIONS}
          value={ballot.max}
          error={errors.chooseMax}
          onInput={(max) => onChange({ ...ballot, max })}
        />
      )}
      {(asks.rankMax || !mounted) && (
        <NumberField
          name="rankMax"
          max={MAX_OPTIONS}
          value={ballot.rankMax}
          error={errors.rankMax}
          hint={t("rankMax-hint")}
          onInput={(rankMax) => onChange({ ...ballot, rankMax })}
        />
      )}
      {(asks.highest || !mounted) && (
        <NumberField
          name="highest"
          max={HIGHEST_RATING}
          value={ballot.highest}
          error={errors.highest}
          onInput={(highest) => onChange({ ...ballot, highest })}
        />
      )}
    </div>
  )
  return (
    <fieldset class="choices" disabled={why !== undefined}>
      <legend>{t("ballot")}</legend>
      {why && <p class="fixed">{why}</p>}
      {CHOICES.map((choose) => (
        <Fragment key={choose}>
          <label class="choice">
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
          {mounted && choose === ballot.choose && limits}
        </Fragment>
      ))}
      {!mounted && limits}
      <label class="choice">
        <input
          type="checkbox"
          name="abstain"
          checked={ballot.abstain}
          onChange={(event) => onChange({ ...ballot, abstain: event.currentTarget.checked })}
        />
        <span>
          {t("may-abstain")}
          <span class="hint">{t("abstain-hint")}</span>
        </span>
      </label>
    </fieldset>
  )
}
