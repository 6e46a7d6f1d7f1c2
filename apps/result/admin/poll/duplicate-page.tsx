/** The page for copying a poll under another id. */

import { useAdminText } from "../admin-text"
import { BackLink, describedBy, Field } from "../parts"
import type { DuplicateView } from "../views"

export function DuplicatePage({ id, newId, title, errors }: DuplicateView) {
  const { t } = useAdminText()
  return (
    <>
      <BackLink href={`/admin/polls/${id}`}>
        <bdi>{title}</bdi>
      </BackLink>
      <form class="card narrow" method="post" action={`/admin/polls/${id}/duplicate`}>
        <h1>{t("duplicatePoll")}</h1>
        <p>{t("duplicateText")}</p>
        <Field id="title" label={t("title")} hint={t("titleHint")} error={errors.title}>
          <input
            id="title"
            name="title"
            value={title}
            dir="auto"
            aria-describedby={describedBy("title")}
            aria-invalid={errors.title !== undefined}
            autofocus={errors.title !== undefined}
            required
          />
        </Field>
        <Field id="id" label={t("id")} hint={t("idHint")} error={errors.id}>
          <input
            id="id"
            name="id"
            value={newId}
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={describedBy("id")}
            aria-invalid={errors.id !== undefined}
            autofocus={errors.id !== undefined}
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
