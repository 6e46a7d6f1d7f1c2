/** What went wrong, as a page: what it is, and what to do now. */

import type { Problem, ProblemKind } from "@tallyroom/lib/errors"
import type { Language } from "@tallyroom/lib/ui/language"
import { problems } from "@tallyroom/lib/ui/messages/problems"
import { renderPage } from "@tallyroom/lib/ui/page"
import type { Site } from "./site"

type Headings = Exclude<keyof (typeof problems)["en"], "back" | `${string}Note`>

const HEADINGS: Partial<Record<ProblemKind, Headings>> = {
  "poll-unknown": "pollUnknown",
  "page-unknown": "pageUnknown",
  "method-unknown": "pageUnknown",
  "cross-site": "crossSite",
  "inbox-full": "away",
  "inbox-away": "away",
  "poll-not-open": "notOpen",
  "poll-closed": "closed",
  internal: "internal",
}

/** @param back where the reader goes on from here, such as the poll's page */
export function problemPage(site: Site, problem: Problem, language: Language, back: string): string {
  const messages = problems[language]
  const known = HEADINGS[problem.kind]
  const heading = known ?? "refused"
  return renderPage({
    language,
    title: String(messages[heading]),
    stylesheet: site.asset("ballot.css"),
    alternates: back,
    children: (
      <section>
        <h1>{messages[heading]}</h1>
        <p>{messages[`${heading}Note`]}</p>
        {!known && (
          <p class="muted" lang="en">
            {problem.detail}
          </p>
        )}
        <p>
          <a class="button primary" href={back}>
            {messages.back}
          </a>
        </p>
      </section>
    ),
  })
}
