/** The door. */

import { describedBy, Field } from "./parts"
import type { SignInView } from "./views"
import { useWords } from "./words"

export function SignInPage({ next, fault }: SignInView) {
  const { t } = useWords()
  return (
    <form class="card narrow sign-in" method="post" action="/admin/sign-in">
      <h1>{t("controlRoom")}</h1>
      <Field id="token" label={t("token")} hint={fault === null ? t("tokenHint") : undefined} fault={fault}>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          aria-describedby={describedBy("token")}
          aria-invalid={fault !== null}
          autofocus
          maxLength={1_000}
          required
        />
      </Field>
      <input type="hidden" name="next" value={next} />
      <button class="button primary" type="submit">
        {t("signIn")}
      </button>
    </form>
  )
}
