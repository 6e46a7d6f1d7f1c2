/** The list of polls, the page of each poll, and what its buttons do. */

import { Problem, type ProblemKind } from "@tallyroom/lib/errors"
import { readTallies } from "@tallyroom/lib/polls/tallies"
import { Elysia } from "elysia"
import { unknownPollProblem } from "../../access/audience"
import { CHANGE_DEADLINE_MS, withDeadline } from "../../database/deadline"
import { embedSnippet } from "../../embed/embed-snippet"
import { readKeptForm } from "../../http/sent-form"
import { voteAddressFor } from "../../http/vote-address"
import { isScheduled } from "../../polls/fixed-parts"
import { type PollChange, pollChangeSchema } from "../../polls/poll-change"
import { changePoll, readListed, readStoredPoll, type StoredPoll } from "../../polls/poll-store"
import { snapshotOf } from "../../tally/snapshot"
import {
  type AdminDeps,
  type AdminVisit,
  adminPage,
  forAdmins,
  redirectWithFlash,
  refusal,
} from "../admin-pages"
import type { FlashMessage } from "../flash-message"
import { partOfPolls } from "../list/poll-list"
import { readSummaries, summaryOf } from "../list/summaries"
import type { Notice, PollView, Undo } from "../views"
import { readBooks } from "./books"

/** Problems with a page of their own: nothing of the poll can be shown. */
const NOT_SAID_HERE: ReadonlySet<ProblemKind> = new Set(["poll-unknown", "database-away"])

const FORM_LIMIT = 4 * 1_024
/** Shards on Redis confirm within a tenth of this. With a broker it takes about six seconds: the page then says so. */
const CONFIRMED_WITHIN_MS = 1_000
const LOOK_AGAIN_MS = 40

/** What each button changes, and the flash message that follows. */
const ACTIONS = {
  open: { change: { state: "open" }, flash: "didOpen" },
  "open-now": { change: { state: "open", opensAt: null }, flash: "didOpen" },
  pause: { change: { state: "paused" }, flash: "didPause" },
  resume: { change: { state: "open" }, flash: "didResume" },
  undo: { change: {}, flash: "didUndo" },
  unschedule: { change: { state: "draft", opensAt: null }, flash: "didUnschedule" },
  close: { change: { state: "closed" }, flash: "didClose" },
  default: { change: { default: true }, flash: "didDefault" },
  archive: { change: { archived: true }, flash: "didArchive" },
  unarchive: { change: { archived: false }, flash: "didUnarchive" },
  results: { change: {}, flash: "didResults" },
} as const satisfies Record<string, { change: object; flash: FlashMessage }>

export function adminPollRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-polls", detail: { hide: true } })
    .get(
      "/admin",
      forAdmins(deps, (visit) => listPage(deps, visit)),
    )
    .get(
      "/admin/polls/:poll",
      forAdmins(deps, (visit) => pollPage(deps, visit, visit.flash)),
    )
    .post(
      "/admin/polls/:poll/actions",
      forAdmins(deps, (visit) => act(deps, visit)),
      { parse: "none" },
    )
}

async function listPage(deps: AdminDeps, { request, url, text, flash }: AdminVisit): Promise<Response> {
  const listed = await withDeadline(readListed(deps.sql))
  const { polls: shown, archivedCount, ...part } = partOfPolls(listed, url.searchParams)
  const polls = await readSummaries(
    deps.sql,
    shown.map(({ id }) => id),
  )
  const title = text.t(part.archived ? "archivedPolls" : "polls")
  const view = { page: "list", polls, part, archivedCount, notice: flash } as const
  return adminPage(deps, request, view, { title })
}

/** @throws {Problem} poll-unknown */
async function pollPage(
  deps: AdminDeps,
  visit: AdminVisit,
  notice: Notice | null,
  status = 200,
): Promise<Response> {
  const poll = await withDeadline(readStoredPoll(deps.sql, visit.id))
  const view = await pollView(deps, visit, poll, notice)
  return adminPage(deps, visit.request, view, { title: poll.title, status })
}

async function pollView(
  { sql, site, publicUrl }: AdminDeps,
  { request, url }: AdminVisit,
  poll: StoredPoll,
  notice: Notice | null,
): Promise<PollView> {
  const recount = url.searchParams.has("recount")
  const [undo, books, tallies] = await Promise.all([
    withDeadline(readUndo(sql, poll)),
    readBooks(sql, poll.number, recount),
    withDeadline(readTallies(sql, [poll.number])),
  ])
  const [tally] = tallies
  if (!tally) throw unknownPollProblem(poll.id)
  const scheme = site.isSecure(request) ? "https:" : url.protocol
  const ownAddress = publicUrl || `${scheme}//${url.host}`
  return {
    ...{ page: "poll", poll: summaryOf(poll, tally.total), snapshot: snapshotOf(tally, true) },
    ...{ books, undo, notice },
    codes: poll.eligibility === "code" ? { made: poll.codesMade, used: tally.total } : null,
    links: {
      ballot: new URL(`/polls/${poll.id}`, voteAddressFor(request, site.voteUrl)).href,
      results: new URL(`/polls/${poll.id}`, ownAddress).href,
      stage: new URL(`/polls/${poll.id}/stage`, ownAddress).href,
    },
    embeds: {
      results: embedSnippet(ownAddress, poll.id, "results"),
      ballot: embedSnippet(ownAddress, poll.id, "ballot"),
      sites: site.embedOrigins.sites,
    },
  }
}

async function act(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const sent = await readKeptForm(visit.request, FORM_LIMIT, { do: 20, results: 20 })
  const name = Object.keys(ACTIONS).find((action) => action === sent.do) as keyof typeof ACTIONS | undefined
  const change = pollChangeSchema.safeParse(await changeOf(deps, visit, name, sent.results))
  if (!name || !change.success) {
    throw new Problem("request-malformed", "There is no such action: use the buttons of the page.")
  }
  try {
    const poll = await withDeadline(changePoll(deps.sql, visit.id, change.data), CHANGE_DEADLINE_MS)
    deps.changed(poll.id)
    return redirectWithFlash(`/admin/polls/${poll.id}`, await flashAfter(deps, name, poll), poll.id, visit)
  } catch (error) {
    if (!(error instanceof Problem) || NOT_SAID_HERE.has(error.kind)) throw error
    const tooLate = name === "undo" && error.kind === "poll-fixed"
    const notice = tooLate
      ? ({ kind: "bad", text: visit.text.t("undoTooLate") } as const)
      : refusal(visit.text, error)
    return pollPage(deps, visit, notice, error.status)
  }
}

async function flashAfter(
  { sql }: AdminDeps,
  name: keyof typeof ACTIONS,
  poll: StoredPoll,
): Promise<FlashMessage> {
  if (name === "open" && isScheduled(poll, Date.now())) return "didSchedule"
  if (name !== "close" && name !== "pause") return ACTIONS[name].flash
  const stopped = await onceConfirmed(sql, poll)
  if (!stopped.isStopping) return ACTIONS[name].flash
  return name === "close" ? "isClosing" : "isPausing"
}

/** The poll once every shard has confirmed that it stopped, which takes a moment; as it is after a second if that is not enough. */
async function onceConfirmed(sql: AdminDeps["sql"], changed: StoredPoll): Promise<StoredPoll> {
  const end = performance.now() + CONFIRMED_WITHIN_MS
  let poll = changed
  while (poll.isStopping && performance.now() < end) {
    await Bun.sleep(LOOK_AGAIN_MS)
    poll = await withDeadline(readStoredPoll(sql, changed.id)).catch(() => poll)
  }
  return poll
}

async function changeOf(
  { sql }: AdminDeps,
  { id }: AdminVisit,
  name: keyof typeof ACTIONS | undefined,
  results: string | undefined,
): Promise<unknown> {
  if (name === "results") return { results }
  if (name === "undo") return undoing(await withDeadline(readStoredPoll(sql, id)), Date.now())
  return name && ACTIONS[name].change
}

/** Undoes a close. A poll that was paused before is paused again. A closing time that has passed is removed, as it would close the poll at once. */
function undoing({ pausedAt, closesAt }: StoredPoll, now: number): PollChange {
  const isPast = closesAt !== null && closesAt.getTime() <= now
  return { state: pausedAt ? "paused" : "open", ...(isPast && { closesAt: null }) }
}

async function readUndo(sql: AdminDeps["sql"], { finalFrom }: StoredPoll): Promise<Undo> {
  const [row] = await sql`
    SELECT final_after, GREATEST(0, ceil(extract(epoch FROM ${finalFrom}::timestamptz - now())))::integer AS left
    FROM room`
  return { seconds: Number(row?.final_after), left: finalFrom && Number(row?.left) }
}
