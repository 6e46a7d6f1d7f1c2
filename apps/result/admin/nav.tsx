/** The links of every page behind the door. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { AdminKey } from "./admin-messages"

export function Nav({ words: { t } }: { words: Translator<AdminKey> }) {
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
