/** What became of one ballot. */

import type { Poll } from "@tallyroom/lib/polls"
import { translator } from "@tallyroom/lib/ui/i18n"
import { receiptMessages } from "@tallyroom/lib/ui/messages/receipt"
import { renderPage } from "@tallyroom/lib/ui/page"
import type { ReceiptStatus } from "../receipt-status"
import { pathOf, type Visit } from "./site"

const TONES: Record<ReceiptStatus["status"], string> = {
  pending: "warn",
  counted: "good",
  replaced: "good",
  late: "warn",
  "set-aside": "bad",
  lost: "bad",
}

export function receiptPage(
  visit: Visit,
  poll: Poll,
  receipt: string,
  { status, since }: ReceiptStatus,
): string {
  const { t, dateTime } = translator(visit.language, receiptMessages[visit.language])
  return renderPage({
    language: visit.language,
    title: `${t("title")} – ${poll.title}`,
    stylesheet: visit.site.asset("results.css"),
    alternates: pathOf(visit),
    children: (
      <>
        <h1>{t("title")}</h1>
        <p class="muted">
          {t("inPoll")} <strong>{poll.title}</strong>
        </p>
        <div class={`card receipt ${TONES[status]}`}>
          <p class="receipt-status" id="receipt-status">
            {t(status)}
          </p>
          <p>{t(`${status}Hint`)}</p>
          {since && <p class="muted">{t("since", { when: dateTime(new Date(since), "UTC") })}</p>}
          <dl>
            <dt>{t("receipt")}</dt>
            <dd>
              <code>{receipt}</code>
            </dd>
          </dl>
        </div>
        <p class="muted">{t("secret")}</p>
        <p class="buttons">
          {status === "pending" && (
            <a class="button primary" href={pathOf(visit)}>
              {t("again")}
            </a>
          )}
          <a class="button" href={`/polls/${poll.id}?receipt=${receipt}`}>
            {t("results")}
          </a>
        </p>
      </>
    ),
  })
}
