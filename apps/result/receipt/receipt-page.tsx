/** The page that says what became of one ballot. */

import type { Poll } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import { type Translator, translator } from "@tallyroom/lib/ui/i18n"
import { renderPage } from "@tallyroom/lib/ui/page"
import { type PageVisit, pathOf } from "../http/site"
import { type ReceiptKey, receiptMessages } from "./receipt-messages"
import type { ReceiptStatus } from "./receipt-status"

const TONES: Record<ReceiptStatus["status"], string> = {
  pending: "warn",
  counted: "good",
  replaced: "good",
  late: "warn",
  "set-aside": "bad",
  lost: "bad",
}

export function receiptPage(
  visit: PageVisit,
  poll: Poll,
  receipt: string,
  { status, since }: ReceiptStatus,
): string {
  const text = translator(visit.language, receiptMessages[visit.language])
  const { t } = text
  return renderPage({
    language: visit.language,
    title: `${t("title")} – ${isolated(poll.title)}`,
    stylesheet: visit.site.asset("results.css"),
    script: visit.site.asset("receipt.js"),
    alternates: pathOf(visit),
    children: (
      <>
        <h1>{t("title")}</h1>
        <p class="muted">
          {t("inPoll")} <strong dir="auto">{poll.title}</strong>
        </p>
        <div class={`card receipt ${TONES[status]}`}>
          <p class="receipt-status" id="receipt-status">
            {t(status)}
          </p>
          <p>{t(`${status}Hint`)}</p>
          {since && <Since moment={since} text={text} />}
          <dl>
            <dt>{t("receipt")}</dt>
            <dd>
              <code>{receipt}</code>
            </dd>
          </dl>
        </div>
        <p class="muted">
          {t("secret")} {t("ownBrowser")}
        </p>
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

/** The server writes the moment in UTC. A script writes it in the reader's own time zone. */
function Since({ moment, text: { t, dateTime } }: { moment: string; text: Translator<ReceiptKey> }) {
  const [before, after] = t("since").split("{when}")
  return (
    <p class="muted">
      {before}
      <time dateTime={moment}>{dateTime(new Date(moment), "UTC")}</time>
      {after}
    </p>
  )
}
