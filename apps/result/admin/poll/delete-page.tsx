/** Deleting a poll takes its id, typed. */

import { BackLink, describedBy, Field, PollChips } from "../parts"
import type { DeleteView } from "../views"
import { useWords } from "../words"

export function DeletePage({ poll, fault }: DeleteView) {
  const { t } = useWords()
  return (
    <>
      <BackLink href={`/admin/polls/${poll.id}`}>
        <bdi>{poll.title}</bdi>
      </BackLink>
      <form class="card narrow" method="post" action={`/admin/polls/${poll.id}/delete`}>
        <h1>{t("deletePoll")}</h1>
        <p>
          <strong dir="auto">{poll.title}</strong> <PollChips poll={poll} />
        </p>
        <p>{t("deleteWarning", { count: poll.total })}</p>
        {poll.isDefault && <p>{t("deleteDefault")}</p>}
        <Field
          id="confirm"
          label={t("deleteConfirm")}
          hint={fault === null ? t("deleteConfirmHint", { id: poll.id }) : undefined}
          fault={fault}
        >
          <input
            id="confirm"
            name="confirm"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={describedBy("confirm")}
            aria-invalid={fault !== null}
            autofocus={fault !== null}
            maxLength={80}
            required
          />
        </Field>
        <button class="button danger" type="submit">
          {t("deleteNow")}
        </button>
      </form>
    </>
  )
}
