/** The page on which somebody enters a receipt, to see what became of the ballot. */

import { translator } from "@tallyroom/lib/ui/i18n"
import { renderPage } from "@tallyroom/lib/ui/page"
import type { PageVisit } from "../http/site"
import { receiptMessages } from "./receipt-messages"

/** @param refused what somebody entered that is no receipt; null before anything was entered */
export function receiptEntryPage({ site, language }: PageVisit, refused: string | null): string {
  const { t } = translator(language, receiptMessages[language])
  const isWrong = refused !== null
  return renderPage({
    language,
    title: t("enterTitle"),
    stylesheet: site.asset("results.css"),
    alternates: "/receipts",
    children: (
      <form class="card receipt-entry" method="post" action="/receipts">
        <h1>{t("enterTitle")}</h1>
        <p>{t("enterText")}</p>
        <div class="field">
          <label for="receipt">{t("enterLabel")}</label>
          <input
            id="receipt"
            name="receipt"
            value={refused ?? ""}
            required
            maxLength={1_000}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby="receipt-hint"
            aria-invalid={isWrong ? "true" : undefined}
            autofocus={isWrong}
          />
          <span id="receipt-hint" class="hint" role={isWrong ? "alert" : undefined}>
            {isWrong ? <strong>{t("enterWrong")}</strong> : t("enterHint")}
          </span>
        </div>
        <p class="buttons">
          <button class="button primary" type="submit">
            {t("enterButton")}
          </button>
        </p>
        <p class="muted">{t("secret")}</p>
      </form>
    ),
  })
}
