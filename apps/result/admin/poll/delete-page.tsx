/** The page for deleting a poll. The admin must type its id. */

import { useAdminText } from "../admin-text"
import { BackLink, describedBy, Field, PollChips } from "../parts"
import type { DeleteView } from "../views"

export function DeletePage({ poll, error }: DeleteView) {
  const { t } = useAdminText()
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
          hint={error === null ? t("deleteConfirmHint", { id: poll.id }) : undefined}
          error={error}
        >
          <input
            id="confirm"
            name="confirm"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={describedBy("confirm")}
            aria-invalid={error !== null}
            autofocus={error !== null}
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
