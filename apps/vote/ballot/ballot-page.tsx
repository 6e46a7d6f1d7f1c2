/** The page on which people vote and see the answer to their vote. It works as it is served; scripts make it live. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import { decisionOf } from "@tallyroom/lib/polls/decision"
import { confirmsVote, type Poll, votingPhase } from "@tallyroom/lib/polls/poll"
import { isolated } from "@tallyroom/lib/ui/direction"
import type { Language } from "@tallyroom/lib/ui/language"
import { renderPage } from "@tallyroom/lib/ui/page"
import type { OwnVote } from "../casting/cast-ballot"
import { ANSWER_PARAMETER } from "../casting/form-answers"
import { mixedIn } from "../polls/poll-view"
import type { Counts } from "../polls/tallies"
import { kindOf } from "./ballot-kinds"
import { messagesFor } from "./messages-for"
import type { BallotSite } from "./site"
import { BallotApp } from "./view/ballot-app"
import { type BallotData, headingOf, type PollFacts, type Refusal } from "./view/ballot-data"

export type BallotPage = {
  poll: Poll
  language: Language
  /** In a frame of another site: the page has no header, and its links open a new tab. */
  embedded: boolean
  /** On the start page, which leads on to the next poll that becomes the default one. */
  atStart?: boolean | undefined
  /** The theme of the page around a frame; without one, the reader's own. */
  theme?: "light" | "dark" | undefined
  now: number
  /** The code in the address of a printed card, or as it was typed. */
  code?: string | undefined
  refusal?: Refusal | undefined
  /** What was filled in on the ballot that was refused. */
  draft?: Choice | undefined
  standing?: OwnVote | undefined
  /** The voter has a vote and is choosing anew. */
  choosing?: boolean | undefined
  /** The parameter of the page's address that asks for the answer to a form. */
  answer?: string | undefined
  /** The browser keeps no cookies, so that it can't be recognised. */
  cookieless?: boolean | undefined
  counts?: Counts | null | undefined
  /** With a random order, the ids of the options in that of this voter. */
  shown?: readonly string[] | undefined
}

export function ballotPage(site: BallotSite, page: BallotPage): string {
  const { language, embedded } = page
  const data = dataOf(site, page)
  const { kind, script, stylesheet } = kindOf(page.poll)
  return renderPage({
    language,
    theme: page.theme,
    title: titleOf(data),
    stylesheet: site.asset(stylesheet),
    ...{ script: site.asset(script), data },
    head: embedded && <script type="module" src={site.asset("frame.js")} />,
    bare: embedded,
    bodyClass: embedded ? "embedded" : undefined,
    alternates: alternatesOf(data, page),
    children: <BallotApp data={data} kind={kind} />,
  })
}

function dataOf(site: BallotSite, page: BallotPage): BallotData {
  const { poll, language, embedded, now, standing = null } = page
  const facts = factsOf(page)
  return {
    follow: page.atStart ? site.asset("follow.js") : null,
    ...{ language, embedded, now, resultUrl: site.resultUrl, pollNumber: poll.number },
    messages: messagesFor({ poll: facts, embedded, language, isByMost: isByMost(poll) }),
    poll: facts,
    code: page.code ?? "",
    refusal: page.refusal ?? null,
    ...(page.draft && { draft: page.draft }),
    standing: page.choosing ? null : standing,
    before: page.choosing ? standing : null,
    ...(page.cookieless && { cookieless: true }),
    counts: page.counts ?? null,
  }
}

/** Other decisions are told by the results alone. */
function isByMost(poll: Poll): boolean {
  const decision = decisionOf(poll)
  const { rule, quorum, eligible } = decision
  return rule === "votes" && decision.seats === 1 && quorum === 0 && eligible === undefined
}

/** STAR has a runoff after that, which the results tell. */
function comparesSums(poll: Poll): boolean {
  const { rule } = decisionOf(poll)
  return rule === "sum" || rule === "star"
}

function factsOf({ poll, now, shown }: BallotPage): PollFacts {
  const phase = votingPhase(poll, now)
  const { id, title, options, ballot, policy, results, eligibility } = poll
  return {
    ...{ id, title, options, ballot, policy, results, eligibility, phase },
    ...(comparesSums(poll) && { sums: true }),
    ...mixedIn(poll),
    ...(shown && { shown }),
    ...{ revision: poll.revision, words: poll.words },
    confirm: confirmsVote(poll),
    opensAt: poll.opensAt?.toISOString() ?? null,
    closesAt: poll.closesAt?.toISOString() ?? null,
  }
}

function titleOf({ poll, standing, messages }: BallotData): string {
  if (poll.phase !== "open") return poll.title
  return standing === null ? poll.title : `${messages[headingOf(poll, standing)]} · ${isolated(poll.title)}`
}

/**
 * The address of the page in other languages. It keeps the code of a printed card, or the answer to a form, which holds the
 * typed code; and it keeps that the voter is choosing anew, and the start page.
 */
function alternatesOf({ poll, code, before, follow }: BallotData, { answer }: BallotPage): string {
  const query = new URLSearchParams({
    ...(answer !== undefined ? { [ANSWER_PARAMETER]: answer } : code !== "" && { code }),
    ...(before && { change: "1" }),
  })
  return `${follow === null ? `/polls/${poll.id}` : "/"}${query.size > 0 ? `?${query}` : ""}`
}
