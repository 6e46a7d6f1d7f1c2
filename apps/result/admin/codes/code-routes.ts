/** One-time codes: they are made, printed as cards, or downloaded as CSV. Each time they are computed from their serial numbers. */

import { writeCode } from "@tallyroom/lib/ballots/codes"
import { Problem, type ProblemKind } from "@tallyroom/lib/errors"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { isolated } from "@tallyroom/lib/ui/direction"
import { renderPage } from "@tallyroom/lib/ui/page"
import { Elysia } from "elysia"
import { h } from "preact"
import { CHANGE_DEADLINE_MS, withDeadline } from "../../database/deadline"
import { answerPage } from "../../http/answer"
import { PRIVATE } from "../../http/cache-control"
import { csvHeaders, toCsv } from "../../http/csv"
import { readKeptForm } from "../../http/sent-form"
import { voteAddressFor } from "../../http/vote-address"
import { readStoredPoll, reserveCodes, type StoredPoll } from "../../polls/poll-store"
import { type AdminDeps, type AdminVisit, adminPage, forAdmins, redirectTo, refusal } from "../admin-pages"
import { readSummaries } from "../list/summaries"
import type { CodesView, Notice } from "../views"
import { type Card, CodeSheet } from "./code-sheet"
import { MAKE_AT_ONCE, PRINT_AT_ONCE } from "./codes-page"

/** Problems with a page of their own: nothing of the poll can be shown. */
const NOT_SAID_HERE: ReadonlySet<ProblemKind> = new Set(["poll-unknown", "database-away"])

const FORM_LIMIT = 1_024
const UNPROCESSABLE = 422

export function codeRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-codes", detail: { hide: true } })
    .get(
      "/admin/polls/:poll/codes",
      forAdmins(deps, (visit) => codesPage(deps, visit, {})),
    )
    .post(
      "/admin/polls/:poll/codes",
      forAdmins(deps, (visit) => make(deps, visit)),
      { parse: "none" },
    )
    .get(
      "/admin/polls/:poll/codes/print",
      forAdmins(deps, (visit) => printPage(deps, visit)),
    )
    .get(
      "/admin/polls/:poll/codes.csv",
      forAdmins(deps, (visit) => csv(deps, visit)),
    )
}

type Refused = { wanted?: string; error?: string; notice?: Notice }

/** The number of new codes that the form suggests. */
const OFFERED = "50"

async function codesPage(
  deps: AdminDeps,
  visit: AdminVisit,
  { wanted = OFFERED, error, notice }: Refused,
): Promise<Response> {
  const { url, text, request } = visit
  const stored = await withDeadline(readStoredPoll(deps.sql, visit.id))
  const [poll] = await readSummaries(deps.sql, [stored.id])
  if (!poll || stored.eligibility !== "code") return redirectTo(`/admin/polls/${stored.id}`)
  const made = url.searchParams.has("from") ? rangeOf(url, stored, MAKE_AT_ONCE) : null
  const codes = { made: stored.codesMade, used: poll.total }
  const form = { wanted, error: error ?? null, notice: notice ?? null }
  const view: CodesView = { page: "codes", poll, codes, made, ...form }
  const status = notice || error ? UNPROCESSABLE : 200
  return adminPage(deps, request, view, { title: text.t("codes"), status })
}

async function make(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const { count = "" } = await readKeptForm(visit.request, FORM_LIMIT, { count: 20 })
  const wanted = /^\d{1,6}$/.test(count.trim()) ? Number(count) : 0
  if (wanted < 1 || wanted > MAKE_AT_ONCE) {
    const error = visit.text.t("errorCount", { most: MAKE_AT_ONCE })
    return codesPage(deps, visit, { wanted: count, error })
  }
  try {
    const { first } = await withDeadline(reserveCodes(deps.sql, visit.id, wanted), CHANGE_DEADLINE_MS)
    return redirectTo(`/admin/polls/${visit.id}/codes?from=${first + 1}&count=${wanted}`)
  } catch (error) {
    if (!(error instanceof Problem) || NOT_SAID_HERE.has(error.kind)) throw error
    return codesPage(deps, visit, { wanted: count, notice: refusal(visit.text, error) })
  }
}

/** The numbers of the codes that an address asks for by `from` (the first is 1) and `count`, limited to those that were made. */
function rangeOf(url: URL, { codesMade }: StoredPoll, most: number): { from: number; count: number } {
  const number = (name: string, fallback: number) => {
    const text = url.searchParams.get(name) ?? ""
    return /^\d{1,10}$/.test(text) ? Number(text) : fallback
  }
  const from = Math.min(Math.max(1, number("from", 1)), Math.max(1, codesMade))
  return { from, count: Math.min(Math.max(0, number("count", most)), most, codesMade - from + 1) }
}

async function cardsOf(deps: AdminDeps, { url, id, request }: AdminVisit, most: number) {
  const poll = await withDeadline(readStoredPoll(deps.sql, id))
  const range = rangeOf(url, poll, most)
  const vote = voteAddressFor(request, deps.site.voteUrl)
  const cards: Card[] = Array.from({ length: range.count }, (_, i) => {
    const code = writeCode(poll.salt, range.from - 1 + i)
    return { number: range.from + i, code, url: new URL(`/polls/${poll.id}?code=${code}`, vote).href }
  })
  return { poll, range, cards }
}

async function printPage(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const { poll, range, cards } = await cardsOf(deps, visit, PRINT_AT_ONCE)
  const { text, language, request } = visit
  const next = range.from + range.count
  const html = renderPage({
    ...{ language, bare: true, bodyClass: "sheets" },
    title: `${text.t("codes")}: ${isolated(poll.title)}`,
    stylesheet: deps.site.asset("admin.css"),
    script: deps.site.asset("admin.js"),
    children: h(CodeSheet, { poll, cards, text, next: next <= poll.codesMade ? next : null }),
  })
  return answerPage(deps.site, request, html, { cache: PRIVATE })
}

async function csv(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const { poll, cards } = await cardsOf(deps, visit, MAKE_AT_ONCE)
  const rows = cards.map(({ number, code, url }) => [number, code, url])
  return new Response(toCsv([["number", "code", "url"], ...rows]), {
    headers: { ...apiHeaders, ...csvHeaders(`${poll.id}-codes`), "cache-control": PRIVATE },
  })
}
