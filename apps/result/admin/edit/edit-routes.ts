/** Making and changing polls by the form. */

import { Problem } from "@tallyroom/lib/errors"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../../http/deadline"
import { fixedParts, isScheduled } from "../../polls/fixed-parts"
import { pollIdFrom } from "../../polls/made-ids"
import { changePoll, createPoll, readPoll, type StoredPoll } from "../../polls/poll-store"
import { type AdminDeps, adminPage, forAdmins, leadAndSay, refusal, type Visit } from "../admin-pages"
import type { Said } from "../said"
import type { EditView } from "../views"
import { changeOptions, draftOf, emptyDraft, isOptionAction, type PollDraft, withoutBlank } from "./draft"
import { type Faults, faultTexts } from "./faults"
import { marksOf, merged } from "./meanwhile"
import { checkChange, checkNew, readPollForm, type SentForm } from "./poll-form"

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
  const stored = poll ? draftOf(poll) : emptyDraft()
  const saved = { opensAt: stored.opensAt, closesAt: stored.closesAt }
  const known = { draft, saved, served: poll ? marksOf(stored) : "" }
  return { page: "edit", id: poll?.id ?? null, ...known, scheduled, fixed, faults: {}, notice: null }
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
    return editor(deps, visit, stillServed(viewOf(poll, changed), form))
  }
  // Where scripts run the page writes the id of a title with Latin letters; nobody need think of any.
  const whole = { ...draft, id: draft.id || pollIdFrom(draft.title), options: withoutBlank(draft.options) }
  const { draft: mine, both } = poll
    ? merged(whole, draftOf(poll), form.sent.served ?? "")
    : { draft: whole, both: [] }
  if (both.length === 0) return save(deps, visit, poll, { ...form, draft: mine })
  const { t, list } = visit.words
  const notice = {
    kind: "bad",
    text: t("changedMeanwhile", { parts: list(both.map((part) => t(part))) }),
  } as const
  // Saved again, the form knows of the other's change.
  return editor(deps, visit, { ...viewOf(poll, mine), notice }, CONFLICT)
}

/** Shown again, a form knows no more of the poll than before. */
function stillServed(view: EditView, { sent }: SentForm): EditView {
  return { ...view, served: sent.served ?? view.served }
}

async function save(
  deps: AdminDeps,
  visit: Visit,
  poll: StoredPoll | null,
  form: SentForm,
): Promise<Response> {
  const { t } = visit.words
  const view = stillServed(viewOf(poll, form.draft), form)
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
