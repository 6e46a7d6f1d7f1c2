/** The fields for how a poll is decided, behind the sentence that they make. Where ballots choose, they are folded away. */

import { partIn } from "@tallyroom/lib/count/quorum"
import { MAX_ELIGIBLE, MAX_OPTIONS } from "@tallyroom/lib/polls/limits"
import { useState } from "preact/hooks"
import { decisionRule } from "../../decision/decision-rule"
import { useMounted } from "../../live/use-mounted"
import { useAdminText } from "../admin-text"
import { describedBy, Field } from "../parts"
import { type DecisionDraft, decisionDraft, decisionOfDraft } from "./decision-draft"
import type { BallotDraft } from "./draft"
import { BASES, MAJORITIES, RANK_RULES, RANK_RULES_WITH_SEATS, RATE_RULES } from "./modes"
import { NumberField } from "./number-field"

type Props = {
  choose: BallotDraft["choose"]
  decision: DecisionDraft
  errors: Record<string, string>
  /** Why it can't be changed any more. */
  why: string | undefined
  /** Why the number of eligible voters can't be corrected any more. */
  whyEligible: string | undefined
  /** How many codes were made, where voters need one and the poll is there already. */
  codesMade: number | null
  onChange: (decision: DecisionDraft) => void
}

export function DecisionField(props: Props) {
  const { choose, decision, errors, why, whyEligible, codesMade, onChange } = props
  const text = useAdminText()
  const { t } = text
  // Without scripts all fields are there, and those that the ballot does not need count for nothing.
  const mounted = useMounted()
  const [opened] = useState(["seats", "quorum", "eligible"].some((field) => errors[field] !== undefined))
  const set = (change: Partial<DecisionDraft>) => onChange({ ...decision, ...change })
  const decides = choose === "decide"
  const hasRules = decides || choose === "rank" || choose === "rate"
  const oneWins =
    (choose === "rank" && !RANK_RULES_WITH_SEATS.includes(decision.rankRule)) ||
    (choose === "rate" && decision.rateRule === "star")
  const severalMayWin = !decides && !oneWins
  const eligible = (
    <NumberField
      name="eligible"
      max={MAX_ELIGIBLE}
      value={decision.eligible}
      error={errors.eligible}
      hint={[
        t("eligible-hint"),
        ...(codesMade === null ? [] : [t("eligible-codes", { count: codesMade })]),
      ].join(" ")}
      onInput={(eligible) => set({ eligible })}
    />
  )
  const [wasStated] = useState(decision.eligible !== "" || errors.eligible !== undefined)
  return (
    <>
      <fieldset class="choices decision" disabled={why !== undefined}>
        <legend>{t("decision")}</legend>
        {why && <p class="fixed">{why}</p>}
        <details open={opened || hasRules}>
          <summary id="decision-rule">
            {decisionRule(decisionOfDraft(choose, toldOf(choose, decision)), text)}
          </summary>
          {(choose === "rank" || !mounted) && (
            <SelectField
              name="rankRule"
              values={RANK_RULES}
              value={decision.rankRule}
              onChange={(rankRule) => set({ rankRule })}
            />
          )}
          {(choose === "rate" || !mounted) && (
            <SelectField
              name="rateRule"
              values={RATE_RULES}
              value={decision.rateRule}
              onChange={(rateRule) => set({ rateRule })}
            />
          )}
          {(decides || !mounted) && (
            <>
              <SelectField
                name="majority"
                values={MAJORITIES}
                value={decision.majority}
                onChange={(majority) => set({ majority })}
              />
              {(decision.majority !== "simple" || !mounted) && (
                <SelectField
                  name="base"
                  values={BASES}
                  value={decision.base}
                  onChange={(base) => set({ base })}
                />
              )}
            </>
          )}
          <div class="pair">
            {(severalMayWin || !mounted) && (
              <NumberField
                name="seats"
                max={MAX_OPTIONS}
                value={decision.seats}
                error={errors.seats}
                hint={mounted ? undefined : t("seats-hint")}
                onInput={(seats) => set({ seats })}
              />
            )}
            <QuorumField
              quorum={decision.quorum}
              error={errors.quorum}
              onInput={(quorum) => set({ quorum })}
            />
            {why === undefined && eligible}
          </div>
        </details>
      </fieldset>
      {why !== undefined && whyEligible === undefined && wasStated && <div class="choices">{eligible}</div>}
    </>
  )
}

type QuorumProps = { quorum: string; error: string | undefined; onInput: (text: string) => void }

/** A number of ballots, or a part like "1/3". */
function QuorumField({ quorum, error, onInput }: QuorumProps) {
  const { t } = useAdminText()
  return (
    <Field id="quorum" label={t("quorum")} hint={t("quorum-hint")} error={error}>
      <input
        id="quorum"
        name="quorum"
        value={quorum}
        maxLength={20}
        dir="ltr"
        autocomplete="off"
        aria-invalid={error !== undefined}
        autofocus={error !== undefined}
        aria-describedby={describedBy("quorum")}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  )
}

/** What the sentence tells: numbers that are being typed are told as the usual ones. */
function toldOf(
  choose: BallotDraft["choose"],
  { seats, quorum, eligible, ...rules }: DecisionDraft,
): DecisionDraft {
  return decisionDraft(choose, {
    ...rules,
    ...(/^[1-9]\d*$/.test(seats) && { seats }),
    ...((/^\d+$/.test(quorum) || partIn(quorum) !== null) && { quorum }),
    ...(/^[1-9]\d*$/.test(eligible) && { eligible }),
  })
}

type SelectProps<Name extends "rankRule" | "rateRule" | "majority" | "base"> = {
  name: Name
  values: readonly DecisionDraft[Name][]
  value: DecisionDraft[Name]
  onChange: (value: DecisionDraft[Name]) => void
}

function SelectField<Name extends "rankRule" | "rateRule" | "majority" | "base">(props: SelectProps<Name>) {
  const { name, values, value, onChange } = props
  const { t } = useAdminText()
  return (
    <Field id={name} label={t(name)}>
      <select
        id={name}
        name={name}
        onChange={(event) => {
          const chosen = values.find((it) => it === event.currentTarget.value)
          if (chosen) onChange(chosen)
        }}
      >
        {values.map((it) => (
          <option key={it} value={it} selected={it === value}>
            {t(`${name}-${it}` as Parameters<typeof t>[0])}
          </option>
        ))}
      </select>
    </Field>
  )
}
