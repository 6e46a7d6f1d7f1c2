/** Changes the order of the polls by the buttons of the list. Where scripts run, the list calls the API instead. */

import { Problem } from "@tallyroom/lib/errors"
import { Elysia } from "elysia"
import { CHANGE_DEADLINE_MS, withDeadline } from "../../database/deadline"
import { readKeptForm } from "../../http/sent-form"
import { moveSchema } from "../../polls/poll-order"
import { changePoll, readListed } from "../../polls/poll-store"
import { type AdminDeps, type AdminVisit, forAdmins, redirectWithFlash } from "../admin-pages"
import { listAddress, rowName } from "./list-address"
import { LIST_PAGE } from "./poll-list"

const FORM_LIMIT = 1_024

export function placeRoutes(deps: AdminDeps) {
  return new Elysia({ name: "admin-place", detail: { hide: true } }).post(
    "/admin/polls/:poll/place",
    forAdmins(deps, (visit) => move(deps, visit)),
    { parse: "none" },
  )
}

async function move(deps: AdminDeps, visit: AdminVisit): Promise<Response> {
  const { place } = await readKeptForm(visit.request, FORM_LIMIT, { place: 10 })
  const wanted = moveSchema.safeParse(place)
  if (!wanted.success) {
    throw new Problem("request-malformed", "There is no such place: use the buttons of the page.")
  }
  const poll = await withDeadline(changePoll(deps.sql, visit.id, { place: wanted.data }), CHANGE_DEADLINE_MS)
  deps.changed(poll.id)
  const listed = (await withDeadline(readListed(deps.sql))).filter((one) => one.archived === poll.archived)
  const index = listed.findIndex(({ id }) => id === poll.id)
  const page = Math.floor(Math.max(0, index) / LIST_PAGE) + 1
  const address = listAddress({ archived: poll.archived, search: "", ordering: true }, page)
  return redirectWithFlash(`${address}#${rowName(poll.id)}`, "didMove", poll.id, visit)
}
