/** The page for making and changing a poll, with a preview of the ballot. */

import { useState } from "preact/hooks"
import { useMounted } from "../../live/use-mounted"
import { idFrom } from "../../polls/generated-ids"
import { useAdminText } from "../admin-text"
import { BackLink, describedBy, Field, NoticeBox } from "../parts"
import type { EditView } from "../views"
import { BallotField } from "./ballot-field"
import { BallotPreview } from "./ballot-preview"
import { ChoiceField } from "./choice-field"
import { DecisionField } from "./decision-field"
import { changeOptions, fewestFor, isOptionAction, type PollDraft } from "./draft"
import { CONFIRMATIONS, ELIGIBILITIES, ORDERS, POLICIES, RESULTS_MODES } from "./modes"
import { MomentField, requireWholeMoments } from "./moment-field"
import { OptionsEditor } from "./options-editor"

export function EditPage(view: EditView) {
  const { t } = useAdminText()
  const mounted = useMounted()
  const { id, fixed, errors } = view
  const [draft, setDraft] = useState(view.draft)
  const set = (change: Partial<PollDraft>) => setDraft((known) => ({ ...known, ...change }))
  const why = (part: keyof typeof fixed) => {
    const reason = fixed[part]
    return reason && t(`why-${reason}`)
  }
  return (
    <>
      <BackLink href={id === null ? "/admin" : `/admin/polls/${id}`}>
        {id === null ? t("polls") : <bdi>{view.draft.title}</bdi>}
      </BackLink>
      <h1>{id === null ? t("newPoll") : t("editPoll")}</h1>
      <NoticeBox notice={view.notice} />
      <div class="columns editor">
        {/* Without scripts the browser checks the fields. */}
        <form
          method="post"
          action={id === null ? "/admin/new" : `/admin/polls/${id}/edit`}
          noValidate={mounted}
          onSubmit={requireWholeMoments}
        >
          {/* Enter in a field presses a form's first button. */}
          <button
            class="visually-hidden"
            type="submit"
            name="do"
            value="save"
            tabIndex={-1}
            aria-hidden="true"
          >
            {t("save")}
          </button>
          <input type="hidden" name="served" value={view.served} autocomplete="off" />
          <section class="card">
            <TitleField draft={draft} error={errors.title} isNew={id === null} why={why("title")} set={set} />
            {id === null && <IdField draft={draft} error={errors.id} set={set} />}
          </section>
          <OptionsEditor
            options={draft.options}
            fewest={fewestFor(draft.ballot)}
            errors={errors}
            fixed={why("option ids")}
            labelsFixed={fixed.labels !== undefined}
            onChange={(options) => set({ options })}
            onAction={(action) => isOptionAction(action) && set({ options: changeOptions(draft, action) })}
          />
          <section class="card">
            <h2>{t("rules")}</h2>
            <BallotField
              ballot={draft.ballot}
              errors={errors}
              why={why("ballot")}
              onChange={(ballot) => set({ ballot })}
            />
            <DecisionField
              choose={draft.ballot.choose}
              decision={draft.decision}
              errors={errors}
              why={why("decision")}
              whyEligible={why("eligible voters")}
              codesMade={draft.eligibility === "code" ? view.codesMade : null}
              onChange={(decision) => set({ decision })}
            />
            <ChoiceField name="order" values={ORDERS} value={draft.order} why={why("order")} />
            <ChoiceField name="policy" values={POLICIES} value={draft.policy} why={why("policy")} />
            <ChoiceField name="confirm" values={CONFIRMATIONS} value={draft.confirm} why={undefined} />
            <ChoiceField name="results" values={RESULTS_MODES} value={draft.results} why={undefined} />
            <ChoiceField
              name="eligibility"
              values={ELIGIBILITIES}
              value={draft.eligibility}
              why={why("eligibility")}
            />
          </section>
          <section class="card">
            <h2>{t("times")}</h2>
            <p class="muted">{t("timesText")}</p>
            <div class="pair">
              <MomentField
                name="opensAt"
                value={draft.opensAt}
                saved={view.saved.opensAt}
                error={errors.opensAt}
                why={why("opensAt")}
                emptied={view.scheduled ? t("opensEmptied") : undefined}
              />
              <MomentField
                name="closesAt"
                value={draft.closesAt}
                saved={view.saved.closesAt}
                error={errors.closesAt}
                why={why("closesAt")}
              />
            </div>
            <DefaultField isDefault={view.draft.isDefault} />
          </section>
          <p class="buttons">
            <button class="button primary" type="submit" name="do" value="save">
              {id === null ? t("createDraft") : t("save")}
            </button>
          </p>
        </form>
        <BallotPreview {...draft} />
      </div>
    </>
  )
}

type FieldProps = { draft: PollDraft; error: string | undefined; set: (change: Partial<PollDraft>) => void }

/** The id of a new poll follows its title until somebody types another one. */
function TitleField({
  draft,
  error,
  isNew,
  why,
  set,
}: FieldProps & { isNew: boolean; why: string | undefined }) {
  const { t } = useAdminText()
  const onInput = (title: string) => {
    const follows = isNew && draft.id === idFrom(draft.title)
    set({ title, ...(follows && { id: idFrom(title) }) })
  }
  return (
    <Field id="title" label={t("title")} hint={why ?? t("titleHint")} error={error}>
      <input
        id="title"
        name="title"
        value={draft.title}
        dir="auto"
        maxLength={200}
        readonly={why !== undefined}
        aria-invalid={error !== undefined}
        autofocus={error !== undefined}
        aria-describedby={describedBy("title")}
        onInput={(event) => onInput(event.currentTarget.value)}
        aria-required="true"
      />
    </Field>
  )
}

function IdField({ draft, error, set }: FieldProps) {
  const { t } = useAdminText()
  return (
    <Field id="id" label={t("id")} hint={`${t("idHint")} ${t("idMade")}`} error={error}>
      <input
        id="id"
        name="id"
        value={draft.id}
        maxLength={64}
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={error !== undefined}
        autofocus={error !== undefined}
        aria-describedby={describedBy("id")}
        onInput={(event) => set({ id: event.currentTarget.value })}
      />
    </Field>
  )
}

function DefaultField({ isDefault }: { isDefault: boolean }) {
  const { t } = useAdminText()
  return (
    <label class="check">
      <input type="checkbox" name="isDefault" defaultChecked={isDefault} disabled={isDefault} />
      {t("defaultCheck")}
    </label>
  )
}
