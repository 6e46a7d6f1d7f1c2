/** Making and changing polls by the form. */

import { Problem } from "@tallyroom/lib/errors"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../deadline"
import { fixedParts, isScheduled } from "../fixed-parts"
import { idFrom } from "../made-ids"
import { changePoll, createPoll, readPoll, type StoredPoll } from "../poll-store"
import { type AdminDeps, adminPage, forAdmins, leadAndSay, refusal, type Visit } from "./admin-pages"
import { changeOptions, draftOf, emptyDraft, isOptionAction, type PollDraft, withoutBlank } from "./draft"
import { type Faults, faultTexts } from "./faults"
import { checkChange, checkNew, readPollForm, type SentForm } from "./poll-form"
import type { Said } from "./said"
import type { EditView } from "./views"

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
        const form = await readPollForm(visit.request, emptyDraft())
        return answerForm(deps, visit, null, form)
      }),
      { parse: "none" },
    )
    .get(
      "/admin/polls/:poll/edit",
      forAdmins(deps, async (visit) => {
        const poll = await withDeadline(readPoll(deps.sql, visit.id))
        return editor(deps, visit, { ...viewOf(poll, draftOf(poll)), notice: visit.said })
      }),
    )
    .post(
      "/admin/polls/:poll/edit",
      forAdmins(deps, async (visit) => {
        const poll = await withDeadline(readPoll(deps.sql, visit.id))
        return answerForm(deps, visit, poll, await readPollForm(visit.request, draftOf(poll)))
      }),
      { parse: "none" },
    )
}

function viewOf(poll: StoredPoll | null, draft: PollDraft): EditView {
  const fixed = poll ? fixedParts(poll, poll.accepted, Date.now()) : {}
  const scheduled = poll !== null && isScheduled(poll, Date.now())
  const { opensAt, closesAt } = poll ? draftOf(poll) : emptyDraft()
  const saved = { opensAt, closesAt }
  return { page: "edit", id: poll?.id ?? null, draft, saved, scheduled, fixed, faults: {}, notice: null }
}

function editor(deps: AdminDeps, visit: Visit, view: EditView, status = 200): Response {
  const title = visit.words.t(view.id === null ? "newPoll" : "editPoll")
  return adminPage(deps, visit.request, view, { title, status })
}

/** Without scripts the buttons of the options come here, too: the form is shown again with the list changed. */
async function answerForm(
  deps: AdminDeps,
  visit: Visit,
  poll: StoredPoll | null,
  form: SentForm,
): Promise<Response> {
  const { draft, action } = form
  if (isOptionAction(action)) {
    const changed = { ...draft, options: changeOptions(draft.options, action) }
    return editor(deps, visit, viewOf(poll, changed))
  }
  // Where scripts run the page writes the id; without them nobody need think of one.
  const whole = { ...draft, id: draft.id || idFrom(draft.title), options: withoutBlank(draft.options) }
  return save(deps, visit, poll, { ...form, draft: whole })
}

async function save(
  deps: AdminDeps,
  visit: Visit,
  poll: StoredPoll | null,
  form: SentForm,
): Promise<Response> {
  const { t } = visit.words
  const view = viewOf(poll, form.draft)
  const wrong = (faults: Record<string, string>, text = t("faults")) =>
    editor(deps, visit, { ...view, faults, notice: { kind: "bad", text } }, UNPROCESSABLE)
  try {
    const { saved, faults } = poll ? await change(deps, poll, form) : await create(deps, form)
    if (!saved) return wrong(faultTexts(faults, visit.words))
    deps.changed(saved.id)
    return leadAndSay(`/admin/polls/${saved.id}`, saidOf(poll, saved), saved.id, visit)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.kind === "poll-exists") return wrong({ id: t("faultTaken") })
    if (error.kind === "request-malformed") return wrong(scheduleFault(view, visit))
    if (error.kind === "poll-fixed") return wrong({}, refusal(visit.words, error).text)
    throw error
  }
}

/** Where an opening that has passed is not the fault, the closing is. */
function scheduleFault({ draft, saved }: EditView, { words: { t } }: Visit): Record<string, string> {
  const isPast = draft.opensAt !== "" && Date.parse(draft.opensAt) <= Date.now()
  if (!isPast) return { closesAt: t("faultSchedule") }
  return { opensAt: t(saved.opensAt === "" ? "faultOpens" : "faultOpensHeld") }
}

type Saved = { saved: StoredPoll; faults?: never } | { saved?: never; faults: Faults }

async function create({ sql }: AdminDeps, form: SentForm): Promise<Saved> {
  const { value, faults } = checkNew(form)
  return value ? { saved: await withDeadline(createPoll(sql, value), CHANGE_DEADLINE_MS) } : { faults }
}

/** A scheduled poll without an opening time would open at once, which nobody means who empties the field. */
async function change({ sql }: AdminDeps, poll: StoredPoll, form: SentForm): Promise<Saved> {
  const { value, faults } = checkChange(form)
  if (!value) return { faults }
  const unscheduled = value.opensAt === null && isScheduled(poll, Date.now())
  const wanted = unscheduled ? { ...value, state: "draft" as const } : value
  return { saved: await withDeadline(changePoll(sql, poll.id, wanted), CHANGE_DEADLINE_MS) }
}

function saidOf(before: StoredPoll | null, { state }: StoredPoll): Said {
  if (!before) return "didCreate"
  return before.state !== "draft" && state === "draft" ? "didUnschedule" : "didSave"
}
