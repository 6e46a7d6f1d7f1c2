/** What went wrong, as a page. */

import type { Problem, ProblemKind } from "@tallyroom/lib/errors"
import { translator } from "@tallyroom/lib/ui/i18n"
import { renderPage } from "@tallyroom/lib/ui/page"
import { resultProblemMessages } from "./problem-messages"
import { pathOf, type Visit } from "./site"

const WORDS = {
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

type Word = (typeof WORDS)[keyof typeof WORDS] | "refused"

/**
 * What to do, in the reader's language. The exact detail is for programs and in English: only who reads English is told
 * it, where nothing else says what was wrong.
 */
export function problemPage(visit: Visit, problem: Problem): string {
  const { site, language, url } = visit
  const { t } = translator(language, resultProblemMessages[language])
  const word: Word = (WORDS as Partial<Record<ProblemKind, Word>>)[problem.kind] ?? "refused"
  const embedded = url.pathname.startsWith("/embed/")
  const passes = problem.retryAfter !== undefined
  return renderPage({
    language,
    title: t(word),
    stylesheet: site.asset("results.css"),
    alternates: pathOf(visit),
    bare: embedded,
    bodyClass: embedded ? "problem embedded" : "problem",
    theme: visit.theme,
    children: (
      <>
        <h1>{t(word)}</h1>
        <p>{t(`${word}Hint`)}</p>
        {word === "refused" && language === "en" && <p class="notice">{problem.detail}</p>}
        <p class="buttons">
          {passes && (
            <a class="button primary" href={`${url.pathname}${url.search}`}>
              {t("again")}
            </a>
          )}
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
