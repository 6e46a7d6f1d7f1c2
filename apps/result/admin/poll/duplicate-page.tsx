/** A copy of a poll under another id. */

import { BackLink, describedBy, Field } from "../parts"
import type { DuplicateView } from "../views"
import { useWords } from "../words"

export function DuplicatePage({ id, newId, title, faults }: DuplicateView) {
  const { t } = useWords()
  return (
    <>
      <BackLink href={`/admin/polls/${id}`}>
        <bdi>{title}</bdi>
      </BackLink>
      <form class="card narrow" method="post" action={`/admin/polls/${id}/duplicate`}>
        <h1>{t("duplicatePoll")}</h1>
        <p>{t("duplicateText")}</p>
        <Field id="title" label={t("title")} hint={t("titleHint")} fault={faults.title}>
          <input
            id="title"
            name="title"
            value={title}
            dir="auto"
            aria-describedby={describedBy("title")}
            aria-invalid={faults.title !== undefined}
            autofocus={faults.title !== undefined}
            required
          />
        </Field>
        <Field id="id" label={t("id")} hint={t("idHint")} fault={faults.id}>
          <input
            id="id"
            name="id"
            value={newId}
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={describedBy("id")}
            aria-invalid={faults.id !== undefined}
            autofocus={faults.id !== undefined}
            maxLength={64}
            required
          />
        </Field>
        <button class="button primary" type="submit">
          {t("duplicate")}
        </button>
      </form>
    </>
  )
}
