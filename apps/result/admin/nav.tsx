/** The links on every page for signed-in admins. */

import type { AdminText } from "./admin-text"

export function Nav({ text: { t } }: { text: AdminText }) {
  return (
    <>
      <a href="/admin">{t("polls")}</a>
      <a href="/admin/health">{t("health")}</a>
      <form method="post" action="/admin/sign-out">
        <button class="link" type="submit">
          {t("signOut")}
        </button>
      </form>
    </>
  )
}
