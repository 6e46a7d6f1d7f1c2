/** The page for signing in. */

import { useAdminText } from "./admin-text"
import { describedBy, Field } from "./parts"
import type { SignInView } from "./views"

export function SignInPage({ next, error }: SignInView) {
  const { t } = useAdminText()
  return (
    <form class="card narrow sign-in" method="post" action="/admin/sign-in">
      <h1>{t("controlRoom")}</h1>
      <Field id="token" label={t("token")} hint={error === null ? t("tokenHint") : undefined} error={error}>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          aria-describedby={describedBy("token")}
          aria-invalid={error !== null}
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
