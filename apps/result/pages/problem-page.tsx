/** What went wrong, as a page. */

import type { Problem, ProblemKind } from "@tallyroom/lib/errors"
import { translator } from "@tallyroom/lib/ui/i18n"
import { resultProblems } from "@tallyroom/lib/ui/messages/result-problems"
import { renderPage } from "@tallyroom/lib/ui/page"
import type { Visit } from "./site"

const WORDS = {
  "poll-unknown": "pollUnknown",
  "page-unknown": "pageUnknown",
  "method-unknown": "pageUnknown",
  "receipt-unknown": "receiptUnknown",
  "results-hidden": "hidden",
  "database-away": "away",
  "token-needed": "admins",
  "too-many-attempts": "attempts",
  internal: "internal",
} as const satisfies Partial<Record<ProblemKind, string>>

/** What to do in the reader's language; the exact detail is English, so it stands apart. */
export function problemPage(visit: Visit, problem: Problem): string {
  const { site, language, url } = visit
  const { t } = translator(language, resultProblems[language])
  const word = WORDS[problem.kind as keyof typeof WORDS] ?? "refused"
  const passes = problem.retryAfter !== undefined
  return renderPage({
    language,
    title: t(word),
    stylesheet: site.asset("results.css"),
    bare: url.pathname.startsWith("/embed/"),
    bodyClass: "problem",
    children: (
      <>
        <h1>{t(word)}</h1>
        <p>{t(`${word}Hint`)}</p>
        <p class="notice" lang="en">
          {problem.detail}
        </p>
        <p class="buttons">
          {passes && (
            <a class="button primary" href={`${url.pathname}${url.search}`}>
              {t("again")}
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
