/** The polls over the API: everybody may read them, admins make and change them. */

import type { Database } from "@tallyroom/lib/database"
import { Problem, shown } from "@tallyroom/lib/errors"
import { readJson } from "@tallyroom/lib/http/body"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { nextIn, offsetIn } from "@tallyroom/lib/http/list-part"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import { SLUG } from "@tallyroom/lib/polls/poll"
import { Elysia } from "elysia"
import type { z } from "zod"
import type { AdminAccess } from "../access/admin-access"
import { mayKnow, unknownPollProblem } from "../access/audience"
import { CHANGE_DEADLINE_MS, withDeadline } from "../database/deadline"
import { sharedReads } from "../database/shared-reads"
import { PUBLIC_FOR_A_SECOND } from "../http/cache-control"
import { csvHeaders, toCsv } from "../http/csv"
import { withMissingIds } from "./generated-ids"
import { duplicateSchema, newPollSchema, pollChangeSchema } from "./poll-change"
import {
  changeDetail,
  codesAgainDetail,
  codesAgainSchema,
  codesDetail,
  codesSchema,
  deleteDetail,
  duplicateDetail,
  makeDetail,
  pollDetail,
  pollsDetail,
} from "./poll-openapi"
import {
  changePoll,
  codesAgain,
  createPoll,
  deletePoll,
  duplicatePoll,
  makeCodes,
  onceStopped,
  type Part,
  readListParts,
  readStoredPolls,
  type StoredPoll,
} from "./poll-store"
import { pollView } from "./poll-view"

/** Fifty options with the longest fields are much smaller. */
const BODY_LIMIT = 64 * 1_024

export type PollOptions = {
  sql: Database
  access: AdminAccess
  voteUrl: string
  /** Called with the id of every poll that was changed here. */
  changed: (id: string) => void
}

export function pollRoutes({ sql, access, voteUrl, changed }: PollOptions) {
  const parts = sharedReads((keys) => readListParts(sql, new Map(keys.map((key) => [key, partNamed(key)]))))
  const stored = sharedReads(async (ids) => {
    const polls = await readStoredPolls(
      sql,
      ids.filter((id) => SLUG.test(id)),
    )
    return new Map(polls.map((poll) => [poll.id, poll]))
  })
  const told = (poll: StoredPoll) => {
    // The poll that was the default one may have changed with it.
    for (const reads of [parts, stored]) reads.forget()
    changed(poll.id)
  }

  return new Elysia({ name: "polls" })
    .get(
      "/api/polls",
      async ({ request, server }) => {
        const admin = access.isAdmin(request, server)
        const offset = offsetIn(new URL(request.url))
        const part = await parts.read(nameOf({ offset, admin }))
        const polls = part?.polls.map((poll) => pollView(poll, admin)) ?? []
        return answer({ polls, ...nextIn(offset, part?.hasMore ?? false) }, admin)
      },
      { detail: pollsDetail },
    )
    .get(
      "/api/polls/:poll",
      async ({ request, server, params }) => {
        const admin = access.isAdmin(request, server)
        const poll = await stored.read(params.poll)
        if (!poll || !mayKnow(poll, { ...ANYBODY, admin })) throw unknownPollProblem(params.poll)
        return answer(pollView(poll, admin), admin)
      },
      { detail: pollDetail },
    )
    .post(
      "/api/polls",
      async ({ request, server }) => {
        access.requireAdmin(request, server)
        const poll = await withDeadline(
          createPoll(sql, await readAs(newPollSchema, request, withMissingIds)),
          CHANGE_DEADLINE_MS,
        )
        told(poll)
        return answer(pollView(poll, true), true, 201, { location: `/api/polls/${poll.id}` })
      },
      { parse: "none", detail: makeDetail },
    )
    .patch(
      "/api/polls/:poll",
      async ({ request, server, params }) => {
        access.requireAdmin(request, server)
        const changed = await withDeadline(
          changePoll(sql, params.poll, await readAs(pollChangeSchema, request)),
          CHANGE_DEADLINE_MS,
        )
        told(changed)
        const poll = await withDeadline(onceStopped(sql, changed), CHANGE_DEADLINE_MS)
        return answer(pollView(poll, true), true)
      },
      {
        parse: "none",
        detail: changeDetail,
      },
    )
    .post(
      "/api/polls/:poll/duplicates",
      async ({ request, server, params }) => {
        access.requireAdmin(request, server)
        const poll = await withDeadline(
          duplicatePoll(sql, params.poll, await readAs(duplicateSchema, request)),
          CHANGE_DEADLINE_MS,
        )
        told(poll)
        return answer(pollView(poll, true), true, 201, { location: `/api/polls/${poll.id}` })
      },
      { parse: "none", detail: duplicateDetail },
    )
    .delete(
      "/api/polls/:poll",
      async ({ request, server, params }) => {
        access.requireAdmin(request, server)
        requireConfirmation(params.poll, new URL(request.url).searchParams.get("confirm"))
        const poll = await withDeadline(deletePoll(sql, params.poll), CHANGE_DEADLINE_MS)
        told(poll)
        return answer(pollView(poll, true), true, 202)
      },
      {
        detail: deleteDetail,
      },
    )
    .post(
      "/api/polls/:poll/codes",
      async ({ request, server, params }) => {
        access.requireAdmin(request, server)
        const { count } = await readAs(codesSchema, request)
        const codes = await withDeadline(makeCodes(sql, params.poll, count), CHANGE_DEADLINE_MS)
        return codesAnswer(request, { poll: params.poll, codes, voteUrl }, 201)
      },
      { parse: "none", detail: codesDetail },
    )
    .get(
      "/api/polls/:poll/codes",
      async ({ request, server, params }) => {
        access.requireAdmin(request, server)
        const asked = Object.fromEntries(new URL(request.url).searchParams)
        const { from, count } = parsedAs(codesAgainSchema, asked)
        const codes = await withDeadline(codesAgain(sql, params.poll, from, count))
        return codesAnswer(request, { poll: params.poll, codes, voteUrl }, 200)
      },
      { detail: codesAgainDetail },
    )
}

/** By what requests share the read of a part of the list. */
function nameOf({ offset, admin }: Part): string {
  return `${admin ? "admin" : "anybody"} ${offset}`
}

function partNamed(name: string): Part {
  const [who, offset] = name.split(" ")
  return { offset: Number(offset), admin: who === "admin" }
}

/** @throws {Problem} request-malformed */
function requireConfirmation(id: string, confirmed: string | null): void {
  if (confirmed === id) return
  const detail = `Deleting ${shown(id)} takes all its votes with it: add ?confirm= with its id if you mean it.`
  throw new Problem("request-malformed", detail)
}

/** @throws {Problem} request-malformed, which names the first wrong fields */
async function readAs<T extends z.ZodType>(
  schema: T,
  request: Request,
  complete = (sent: unknown) => sent,
): Promise<z.output<T>> {
  return parsedAs(schema, complete(await readJson(request, BODY_LIMIT)))
}

/** @throws {Problem} as `readAs` */
function parsedAs<T extends z.ZodType>(schema: T, sent: unknown): z.output<T> {
  const parsed = schema.safeParse(sent)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join(".")}: ${message}` : message,
  )
  // Two schemas check a new label, so the same error may come twice.
  const shown = [...new Set(errors)].slice(0, 5)
  throw new Problem("request-malformed", `${shown.join("; ")}. Correct the request.`)
}

function answer(body: unknown, admin: boolean, status = 200, headers: Record<string, string> = {}): Response {
  const cache = { "cache-control": admin ? "no-store" : PUBLIC_FOR_A_SECOND, vary: "Authorization" }
  return Response.json(body, { status, headers: { ...apiHeaders, ...cache, ...headers } })
}

type Codes = { poll: string; codes: string[]; voteUrl: string }

function codesAnswer(request: Request, { poll, codes, voteUrl }: Codes, status: number): Response {
  if (!request.headers.get("accept")?.includes("text/csv")) return answer({ poll, codes }, true, status)
  const rows = codes.map((code) => [code, new URL(`/polls/${poll}?code=${code}`, voteUrl).href])
  return new Response(toCsv([["code", "url"], ...rows]), {
    status,
    headers: { ...apiHeaders, ...csvHeaders(`${poll}-codes`), "cache-control": "no-store" },
  })
}
