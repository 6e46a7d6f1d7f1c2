/** The page that says what went wrong. */

import type { Problem, ProblemKind } from "@tallyroom/lib/errors"
import { translator } from "@tallyroom/lib/ui/i18n"
import { renderPage } from "@tallyroom/lib/ui/page"
import { resultProblemMessages } from "./problem-messages"
import { type PageVisit, pathOf } from "./site"

const HEADINGS = {
  "poll-unknown": "pollUnknown",
  "poll-deleted": "pollDeleted",
  "page-unknown": "pageUnknown",
  "method-unknown": "pageUnknown",
  "receipt-unknown": "receiptUnknown",
  "results-hidden": "hidden",
  "database-away": "away",
  "token-needed": "admins",
  "too-many-attempts": "attempts",
  internal: "internal",
} as const satisfies Partial<Record<ProblemKind, string>>

/** The fields of a form by their names; null where the request was none. */
type SentForm = Record<string, string | undefined> | null

type Heading = (typeof HEADINGS)[keyof typeof HEADINGS] | "refused"

/**
 * The page says in the reader's language what went wrong and what to do. The detail of a problem is written for programs,
 * in English: the page shows it only to those who read English, and only where nothing else says what was wrong.
 * @param sent what a form had sent, if the request was one: it can be sent again from the page
 */
export function problemPage(visit: PageVisit, problem: Problem, sent: SentForm): string {
  const { site, language, url } = visit
  const { t } = translator(language, resultProblemMessages[language])
  const heading: Heading = (HEADINGS as Partial<Record<ProblemKind, Heading>>)[problem.kind] ?? "refused"
  const embedded = url.pathname.startsWith("/embed/")
  const passes = problem.retryAfter !== undefined
  const here = `${url.pathname}${url.search}`
  return renderPage({
    language,
    title: t(heading),
    stylesheet: site.asset("results.css"),
    alternates: pathOf(visit),
    bare: embedded,
    bodyClass: embedded ? "problem embedded" : "problem",
    theme: visit.theme,
    children: (
      <>
        <h1>{t(heading)}</h1>
        <p>{t(`${heading}Hint`)}</p>
        {passes && sent && <p>{t("kept")}</p>}
        {heading === "refused" && language === "en" && <p class="notice">{problem.detail}</p>}
        {passes && sent && (
          <form id="again" method="post" action={here}>
            {Object.entries(sent).map(([name, value]) => (
              <input key={name} type="hidden" name={name} value={value} autocomplete="off" />
            ))}
          </form>
        )}
        <p class="buttons">
          {passes &&
            (sent ? (
              <button class="button primary" type="submit" form="again">
                {t("again")}
              </button>
            ) : (
              <a class="button primary" href={here}>
                {t("again")}
              </a>
            ))}
          {!embedded && (
            <a class="button" href="/receipts">
              {t("enterReceipt")}
            </a>
          )}
          {url.pathname !== "/" && (
            <a class="button" href="/">
              {t("start")}
            </a>
          )}
        </p>
      </>
    ),
  })
}
