/** Making and changing polls by the form. */

import { Problem } from "@tallyroom/lib/errors"
import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { AdminKey } from "@tallyroom/lib/ui/messages/admin"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../deadline"
import { fixedParts } from "../poll-change"
import { changePoll, createPoll, readPoll, type StoredPoll } from "../poll-store"
import { type AdminDeps, adminPage, forAdmins, leadTo, refusal, type Visit } from "./admin-pages"
import { changeOptions, draftOf, emptyDraft, isOptionAction, type PollDraft, withoutBlank } from "./draft"
import { checkChange, checkNew, readPollForm, type SentForm } from "./poll-form"
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
        return editor(deps, visit, viewOf(poll, draftOf(poll)))
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
  return { page: "edit", id: poll?.id ?? null, draft, fixed, faults: {}, notice: null }
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
  return save(deps, visit, poll, { ...form, draft: { ...draft, options: withoutBlank(draft.options) } })
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
    const saved = poll ? await change(deps, poll, form) : await create(deps, form.draft)
    if (Array.isArray(saved)) return wrong(faultTexts(saved, visit.words))
    deps.changed(saved.id)
    return leadTo(`/admin/polls/${saved.id}?did=${poll ? "save" : "create"}`)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.kind === "poll-exists") return wrong({ id: t("faultTaken") })
    if (error.kind === "request-malformed") return wrong({ closesAt: t("faultSchedule") })
    if (error.kind === "poll-fixed") return wrong({}, refusal(visit.words, error).text)
    throw error
  }
}

async function create({ sql }: AdminDeps, draft: PollDraft): Promise<StoredPoll | string[]> {
  const { value, faults } = checkNew(draft)
  return value ? withDeadline(createPoll(sql, value), CHANGE_DEADLINE_MS) : (faults ?? [])
}

async function change(
  { sql }: AdminDeps,
  { id }: StoredPoll,
  form: SentForm,
): Promise<StoredPoll | string[]> {
  const { value, faults } = checkChange(form)
  return value ? withDeadline(changePoll(sql, id, value), CHANGE_DEADLINE_MS) : (faults ?? [])
}

const FAULTS: Record<string, AdminKey> = {
  ...{ title: "faultTitle", id: "faultId", options: "faultOptions" },
  ...{ opensAt: "faultMoment", closesAt: "faultMoment" },
  ...{ label: "faultLabel", emoji: "faultEmoji", colour: "faultColour", image: "faultImage" },
}

/** By the names of the fields; an option's field is named like "o2-label". */
function faultTexts(fields: string[], { t }: Translator<AdminKey>): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const key = FAULTS[field.replace(/^o\d+-/, "")]
      return key ? [[field, t(key)]] : []
    }),
  )
}
