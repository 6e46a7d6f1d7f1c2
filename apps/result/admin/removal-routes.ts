/** Copying a poll, and deleting one. */

import { Problem } from "@tallyroom/lib/errors"
import { readForm } from "@tallyroom/lib/http/body"
import type { AdminKey } from "@tallyroom/lib/ui/messages/admin"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../deadline"
import { duplicateSchema } from "../poll-change"
import { deletePoll, duplicatePoll, readPoll } from "../poll-store"
import { type AdminDeps, adminPage, forAdmins, leadTo, type Visit } from "./admin-pages"
import { readSummaries } from "./summaries"
import type { Notice } from "./views"

const FORM_LIMIT = 8 * 1_024
const UNPROCESSABLE = 422

export function removalRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-removal", detail: { hide: true } })
    .get(
      "/admin/polls/:poll/duplicate",
      forAdmins(deps, async (visit) => {
        const { id, title } = await withDeadline(readPoll(deps.sql, visit.id))
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
  { request, id, words }: Visit,
  { newId, title }: { newId: string; title: string },
  fault?: AdminKey,
): Response {
  const notice: Notice | null = fault ? { kind: "bad", text: words.t(fault) } : null
  const view = { page: "duplicate", id, newId, title, notice } as const
  return adminPage(deps, request, view, {
    title: words.t("duplicatePoll"),
    status: fault ? UNPROCESSABLE : 200,
  })
}

async function duplicate(deps: AdminDeps, visit: Visit): Promise<Response> {
  const { id = "", title = "" } = await readForm(visit.request, FORM_LIMIT, { id: 80, title: 1_000 })
  const again = (fault: AdminKey) => duplicatePage(deps, visit, { newId: id, title }, fault)
  const wanted = duplicateSchema.safeParse({ id: id.trim(), title })
  if (!wanted.success) return again(wanted.error.issues[0]?.path[0] === "title" ? "faultTitle" : "faultId")
  try {
    const poll = await withDeadline(duplicatePoll(deps.sql, visit.id, wanted.data), CHANGE_DEADLINE_MS)
    deps.changed(poll.id)
    return leadTo(`/admin/polls/${poll.id}/edit`)
  } catch (error) {
    if (error instanceof Problem && error.kind === "poll-exists") return again("faultTaken")
    throw error
  }
}

async function deletePage(
  deps: AdminDeps,
  { request, id, words }: Visit,
  notice: Notice | null,
): Promise<Response> {
  const { id: known } = await withDeadline(readPoll(deps.sql, id))
  const poll = (await readSummaries(deps.sql)).find((one) => one.id === known)
  if (!poll) return leadTo("/admin")
  const status = notice ? UNPROCESSABLE : 200
  return adminPage(deps, request, { page: "delete", poll, notice }, { title: words.t("deletePoll"), status })
}

async function remove(deps: AdminDeps, visit: Visit): Promise<Response> {
  const { confirm = "" } = await readForm(visit.request, FORM_LIMIT, { confirm: 200 })
  if (confirm.trim() !== visit.id) {
    const text = visit.words.t("deleteMismatch", { id: visit.id })
    return deletePage(deps, visit, { kind: "bad", text })
  }
  const poll = await withDeadline(deletePoll(deps.sql, visit.id), CHANGE_DEADLINE_MS)
  deps.changed(poll.id)
  return leadTo("/admin")
}
