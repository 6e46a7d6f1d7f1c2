/** Makes and changes polls by the form. */

import { Problem } from "@tallyroom/lib/errors"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../../database/deadline"
import { fixedParts, isScheduled } from "../../polls/fixed-parts"
import { pollIdFrom } from "../../polls/generated-ids"
import type { PollChange } from "../../polls/poll-change"
import { changePoll, createPoll, readStoredPoll, type StoredPoll } from "../../polls/poll-store"
import {
  type AdminDeps,
  type AdminVisit,
  adminPage,
  forAdmins,
  redirectWithFlash,
  refusal,
} from "../admin-pages"
import type { FlashMessage } from "../flash-message"
import type { EditView } from "../views"
import { fingerprintsOf, mergeEdits } from "./concurrent-edits"
import { haveEqualDrafts } from "./decision-draft"
import { changeOptions, emptyDraft, isOptionAction, type PollDraft, pollDraftOf, withoutBlank } from "./draft"
import { checkChange, checkNew, pollFormOf, readPollFields, type SentForm } from "./poll-form"
import { errorTexts, type ValidationErrors } from "./validation-errors"

const CONFLICT = 409
const UNPROCESSABLE = 422

export function editRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-edit", detail: { hide: true } })
    .get(
      "/admin/new",
      forAdmins(deps, async (visit) => editor(deps, visit, viewOf(null, emptyDraft()))),
    )
    .post(
      "/admin/new",
      forAdmins(deps, async (visit) => {
        const fields = await readPollFields(visit.request)
        return answerForm(deps, visit, null, pollFormOf(fields, emptyDraft()))
      }),
      { parse: "none" },
    )
    .get(
      "/admin/polls/:poll/edit",
      forAdmins(deps, async (visit) => {
        const poll = await withDeadline(readStoredPoll(deps.sql, visit.id))
        return editor(deps, visit, { ...viewOf(poll, pollDraftOf(poll)), notice: visit.flash })
      }),
    )
    .post(
      "/admin/polls/:poll/edit",
      forAdmins(deps, async (visit) => {
        // First of all, so that the form is kept while the poll can't be read.
        const fields = await readPollFields(visit.request)
        const poll = await withDeadline(readStoredPoll(deps.sql, visit.id))
        return answerForm(deps, visit, poll, pollFormOf(fields, pollDraftOf(poll)))
      }),
      { parse: "none" },
    )
}

function viewOf(poll: StoredPoll | null, draft: PollDraft): EditView {
  const fixed = poll ? fixedParts(poll, poll.accepted, Date.now()) : {}
  const scheduled = poll !== null && isScheduled(poll, Date.now())
  const stored = poll ? pollDraftOf(poll) : emptyDraft()
  const saved = { opensAt: stored.opensAt, closesAt: stored.closesAt }
  const codesMade = poll?.codesMade ?? null
  const known = { codesMade, draft, saved, served: poll ? fingerprintsOf(stored) : "" }
  return { page: "edit", id: poll?.id ?? null, ...known, scheduled, fixed, errors: {}, notice: null }
}

function editor(deps: AdminDeps, visit: AdminVisit, view: EditView, status = 200): Response {
  const title = visit.text.t(view.id === null ? "newPoll" : "editPoll")
  return adminPage(deps, visit.request, view, { title, status })
}

/** Answers a form. Without scripts the buttons of the options send it too, and it is shown again with the list changed. */
async function answerForm(
  deps: AdminDeps,
  visit: AdminVisit,
  poll: StoredPoll | null,
  form: SentForm,
): Promise<Response> {
  const { draft, action } = form
  if (isOptionAction(action)) {
    const changed = { ...draft, options: changeOptions(draft, action) }
    return editor(deps, visit, stillServed(viewOf(poll, changed), form))
  }
  // Scripts write an id from a title with Latin letters. Other polls get a random id here.
  const whole = { ...draft, id: draft.id || pollIdFrom(draft.title), options: withoutBlank(draft) }
  const { draft: mine, both } = poll
    ? mergeEdits(whole, pollDraftOf(poll), form.sent.served ?? "")
    : { draft: whole, both: [] }
  if (both.length === 0) return save(deps, visit, poll, { ...form, draft: mine })
  const { t, list } = visit.text
  const notice = {
    kind: "bad",
    text: t("changedMeanwhile", { parts: list(both.map((part) => t(part))) }),
  } as const
  // The form that is shown now knows of the other change, so saving it again is allowed.
  return editor(deps, visit, { ...viewOf(poll, mine), notice }, CONFLICT)
}

/** The view of a form that is shown again: it still names the poll as it was first served. */
function stillServed(view: EditView, { sent }: SentForm): EditView {
  return { ...view, served: sent.served ?? view.served }
}

async function save(
  deps: AdminDeps,
  visit: AdminVisit,
  poll: StoredPoll | null,
  form: SentForm,
): Promise<Response> {
  const { t } = visit.text
  const view = stillServed(viewOf(poll, form.draft), form)
  const wrong = (errors: Record<string, string>, text = t("notSaved")) =>
    editor(deps, visit, { ...view, errors, notice: { kind: "bad", text } }, UNPROCESSABLE)
  try {
    const { saved, errors } = poll ? await change(deps, poll, form) : await create(deps, form)
    if (!saved) return wrong(errorTexts(errors, visit.text))
    deps.changed(saved.id)
    return redirectWithFlash(`/admin/polls/${saved.id}`, flashOf(poll, saved), saved.id, visit)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.kind === "poll-exists") return wrong({ id: t("errorTaken") })
    if (error.kind === "request-malformed") return wrong(scheduleError(view, visit))
    if (error.kind === "poll-fixed") return wrong({}, refusal(visit.text, error).text)
    throw error
  }
}

/** The field whose time was refused: the opening if it has passed, else the closing. */
function scheduleError({ draft, saved }: EditView, { text: { t } }: AdminVisit): Record<string, string> {
  const isPast = draft.opensAt !== "" && Date.parse(draft.opensAt) <= Date.now()
  if (!isPast) return { closesAt: t("errorSchedule") }
  return { opensAt: t(saved.opensAt === "" ? "errorOpens" : "errorOpensHeld") }
}

type Saved = { saved: StoredPoll; errors?: never } | { saved?: never; errors: ValidationErrors }

async function create({ sql }: AdminDeps, form: SentForm): Promise<Saved> {
  const { value, errors } = checkNew(form)
  return value ? { saved: await withDeadline(createPoll(sql, value), CHANGE_DEADLINE_MS) } : { errors }
}

/** A scheduled poll becomes a draft when its opening time is removed: without one it would open at once, which nobody wants. */
async function change({ sql }: AdminDeps, poll: StoredPoll, form: SentForm): Promise<Saved> {
  const { value, errors } = checkChange(form)
  if (!value) return { errors }
  const unscheduled = value.opensAt === null && isScheduled(poll, Date.now())
  const decided = withOwnDecision(poll, value, form)
  const wanted = unscheduled ? { ...decided, state: "draft" as const } : decided
  return { saved: await withDeadline(changePoll(sql, poll.id, wanted), CHANGE_DEADLINE_MS) }
}

/**
 * The change without the decision, where the poll has one that differs from it by nothing that the form shows. Where the form shows
 * only how many are eligible, as all else is fixed, that is all that changes.
 */
function withOwnDecision(
  poll: StoredPoll,
  { decision, ...change }: PollChange,
  { sent }: SentForm,
): PollChange {
  if (decision === undefined) return change
  if (sent.choose === undefined && poll.decision) {
    return { ...change, decision: { ...poll.decision, eligible: decision?.eligible } }
  }
  const wanted = { ballot: change.ballot ?? poll.ballot, decision }
  return haveEqualDrafts(poll, wanted) ? change : { ...change, decision }
}

function flashOf(before: StoredPoll | null, { state }: StoredPoll): FlashMessage {
  if (!before) return "didCreate"
  return before.state !== "draft" && state === "draft" ? "didUnschedule" : "didSave"
}
