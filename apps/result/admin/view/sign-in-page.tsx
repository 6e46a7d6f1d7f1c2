/** The door. */

import type { SignInView } from "../views"
import { describedBy, Field, NoticeBox } from "./parts"
import { useWords } from "./words"

export function SignInPage({ next, notice }: SignInView) {
  const { t } = useWords()
  return (
    <form class="card narrow" method="post" action="/admin/sign-in">
      <h1>{t("controlRoom")}</h1>
      <NoticeBox notice={notice} />
      <Field id="token" label={t("token")} hint={t("tokenHint")}>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          aria-describedby={describedBy("token")}
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
