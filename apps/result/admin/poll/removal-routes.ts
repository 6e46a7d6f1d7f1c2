/** Copies polls, and deletes them. */

import { Problem } from "@tallyroom/lib/errors"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../../database/deadline"
import { readKeptForm } from "../../http/sent-form"
import { duplicateSchema } from "../../polls/poll-change"
import { deletePoll, duplicatePoll, readStoredPoll } from "../../polls/poll-store"
import {
  type AdminDeps,
  type AdminVisit,
  adminPage,
  forAdmins,
  redirectTo,
  redirectWithFlash,
} from "../admin-pages"
import { errorTexts, type ValidationErrors, validationErrorsOf } from "../edit/validation-errors"
import { readSummaries } from "../list/summaries"

const FORM_LIMIT = 8 * 1_024
const UNPROCESSABLE = 422

export function removalRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-removal", detail: { hide: true } })
    .get(
      "/admin/polls/:poll/duplicate",
      forAdmins(deps, async (visit) => {
        const { id, title } = await withDeadline(readStoredPoll(deps.sql, visit.id))
        return duplicatePage(deps, visit, { newId: `${id.slice(0, 62)}-2`, title })
      }),
    )
    .post(
      "/admin/polls/:poll/duplicate",
      forAdmins(deps, (visit) => duplicate(deps, visit)),
      { parse: "none" },
    )
    .get(
      "/admin/polls/:poll/delete",
      forAdmins(deps, (visit) => deletePage(deps, visit, null)),
    )
    .post(
      "/admin/polls/:poll/delete",
      forAdmins(deps, (visit) => remove(deps, visit)),
      { parse: "none" },
    )
}

function duplicatePage(
  deps: AdminDeps,
  { request, id, text }: AdminVisit,
  { newId, title }: { newId: string; title: string },
  errors: ValidationErrors = {},
): Response {
  const view = { page: "duplicate", id, newId, title, errors: errorTexts(errors, text) } as const
  const status = Object.keys(errors).length > 0 ? UNPROCESSABLE : 200
  return adminPage(deps, request, view, { title: text.t("duplicatePoll"), status })
}

async function duplicate(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const { id = "", title = "" } = await readKeptForm(visit.request, FORM_LIMIT, { id: 80, title: 1_000 })
  const again = (errors: ValidationErrors) => duplicatePage(deps, visit, { newId: id, title }, errors)
  const wanted = duplicateSchema.safeParse({ id: id.trim(), title })
  if (!wanted.success) return again(validationErrorsOf(wanted.error))
  try {
    const poll = await withDeadline(duplicatePoll(deps.sql, visit.id, wanted.data), CHANGE_DEADLINE_MS)
    deps.changed(poll.id)
    return redirectWithFlash(`/admin/polls/${poll.id}/edit`, "didDuplicate", poll.id, visit)
  } catch (error) {
    if (error instanceof Problem && error.kind === "poll-exists") return again({ id: "errorTaken" })
    throw error
  }
}

async function deletePage(
  deps: AdminDeps,
  { request, id, text }: AdminVisit,
  error: string | null,
): Promise<Response> {
  const { id: known } = await withDeadline(readStoredPoll(deps.sql, id))
  const [poll] = await readSummaries(deps.sql, [known])
  if (!poll) return redirectTo("/admin")
  const status = error === null ? 200 : UNPROCESSABLE
  return adminPage(deps, request, { page: "delete", poll, error }, { title: text.t("deletePoll"), status })
}

async function remove(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const { confirm = "" } = await readKeptForm(visit.request, FORM_LIMIT, { confirm: 200 })
  if (confirm.trim() !== visit.id) {
    return deletePage(deps, visit, visit.text.t("deleteMismatch", { id: visit.id }))
  }
  const poll = await withDeadline(deletePoll(deps.sql, visit.id), CHANGE_DEADLINE_MS)
  deps.changed(poll.id)
  return redirectWithFlash("/admin", "didDelete", poll.id, visit)
}
