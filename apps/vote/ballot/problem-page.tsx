/** The page of a problem: what is wrong, and what to do now. */

import type { Problem, ProblemKind } from "@tallyroom/lib/errors"
import type { Language } from "@tallyroom/lib/ui/language"
import { renderPage } from "@tallyroom/lib/ui/page"
import { voteProblemMessages } from "./problem-messages"
import type { BallotSite } from "./site"

type Headings = Exclude<keyof typeof voteProblemMessages.en, "back" | `${string}Note`>

const HEADINGS: Partial<Record<ProblemKind, Headings>> = {
  "poll-unknown": "pollUnknown",
  "poll-deleted": "pollDeleted",
  "page-unknown": "pageUnknown",
  "method-unknown": "pageUnknown",
  "option-unknown": "optionUnknown",
  "ballot-invalid": "ballotInvalid",
  "vote-stands": "voteStands",
  "cross-site": "crossSite",
  "inbox-full": "away",
  "inbox-away": "away",
  "poll-not-open": "notOpen",
  "poll-closed": "closed",
  "poll-paused": "paused",
  internal: "internal",
}

export type ProblemPage = {
  language: Language
  /** The page to which the reader goes on, such as the poll's page. */
  back: string
  /** The address of this page, for the links to other languages. */
  here: string
  /** In a frame of another site. */
  embedded: boolean
}

/**
 * The page says what to do in the reader's language. The exact detail exists in English alone, so that only English pages show
 * it, where it helps somebody who sends forms by hand. Programs get it as JSON.
 */
export function problemPage(site: BallotSite, problem: Problem, page: ProblemPage): string {
  const { language, back, here, embedded } = page
  const messages = voteProblemMessages[language]
  const heading = headingOf(problem, here)
  return renderPage({
    language,
    title: String(messages[heading]),
    stylesheet: site.asset("ballot.css"),
    bare: embedded,
    bodyClass: embedded ? "embedded" : undefined,
    alternates: here,
    children: (
      <section>
        <h1>{messages[heading]}</h1>
        <p>{messages[`${heading}Note`]}</p>
        {heading === "refused" && language === "en" && <p class="muted">{problem.detail}</p>}
        <p>
          <a class="button primary" href={back}>
            {messages.back}
          </a>
        </p>
      </section>
    ),
  })
}

/** On the start page no address of a poll is wrong: there just is no poll to vote on now. */
function headingOf({ kind }: Problem, here: string): Headings {
  if (kind === "poll-unknown" && /^\/(\?|$)/.test(here)) return "noPoll"
  return HEADINGS[kind] ?? "refused"
}
