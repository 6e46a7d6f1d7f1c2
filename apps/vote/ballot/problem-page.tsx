/** What went wrong, as a page: what it is, and what to do now. */

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
  /** Where the reader goes on from here, such as the poll's page. */
  back: string
  /** The address of this page, to be read in another language. */
  here: string
  /** In a frame of another site. */
  embedded: boolean
}

/**
 * The page says what to do in the reader's language. What exactly could not be read is told where English is read
 * anyway, as by who sends forms with curl; programs get it as JSON.
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

/** The start page names no poll, so that none is wrong: there is none to vote on now. */
function headingOf({ kind }: Problem, here: string): Headings {
  if (kind === "poll-unknown" && /^\/(\?|$)/.test(here)) return "noPoll"
  return HEADINGS[kind] ?? "refused"
}
