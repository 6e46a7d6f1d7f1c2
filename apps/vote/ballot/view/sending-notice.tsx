/** The state of a ballot that is on its way. */

import { useBallotText } from "./ballot-text"
import type { Casting } from "./casting"

export function SendingNotice({ casting }: { casting: Casting }) {
  const { t } = useBallotText()
  const { sending, missed, offline } = casting
  const waits = sending?.tooSoon === true
  const failed = sending !== null && sending.failures > 0 && !waits
  return (
    <div role="status">
      {sending && !failed && !waits && <p class="visually-hidden">{t("sending")}</p>}
      {waits && <p class="notice">{t("changeWaits")}</p>}
      {missed && <p class="notice bad">{t("missed")}</p>}
      {failed && (
        <div class="notice warn not-sent">
          <p>
            <strong>{t("notSent")}</strong>
          </p>
          <p>{t(offline ? "offline" : "notSentNote")}</p>
          <p>
            <button class="button" type="button" onClick={casting.tryNow}>
              {t("tryNow")}
            </button>
          </p>
        </div>
      )}
    </div>
  )
}
