/** POST /vote of the pets contract: `{"pet": "dogs"}` → `{"status": "success"}`. */

import { nameOf } from "@tallyroom/lib/ballots/choice"
import { PETS, PETS_POLL, type Pet } from "@tallyroom/lib/contracts/pets"
import { Problem } from "@tallyroom/lib/errors"
import type { TrustedProxies } from "@tallyroom/lib/http/address"
import { readJson } from "@tallyroom/lib/http/body"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import type { AnyElysia } from "elysia"
import { z } from "zod"
import { type BallotRequest, MAX_BODY_BYTES } from "../casting/ballot-request"
import { type CastVoteDeps, castVote } from "../casting/cast-vote"
import { inboxProblem } from "../http/inbox-problem"
import { Client } from "../voter/client"

const INVALID = "Invalid pet choice"

const petSchema = z.object({ pet: z.enum(PETS.map(({ id }) => id) as [Pet, ...Pet[]]) })

export type PetDeps = CastVoteDeps & { trustedProxies: TrustedProxies }

export function petRoutes(deps: PetDeps): <App extends AnyElysia>(app: App) => App {
  const options = { parse: "none", detail: { hide: true } } as const
  return (app) => {
    app.post(
      "/vote",
      ({ request, server }) => votePet(deps, new Client(request, server, deps.trustedProxies)),
      options,
    )
    app.all("/vote", ({ request }) => noVote(request), options)
    return app
  }
}

async function votePet(deps: PetDeps, client: Client): Promise<Response> {
  try {
    const { outcome, setCookie } = await castVote(deps, PETS_POLL, client, readPet)
    if (outcome.status !== "stands") return answer(200, { status: "success" }, setCookie)
    const message = `This voter chose ${nameOf(outcome)}, and a vote can't be changed any more.`
    return answer(409, { status: "error", message }, setCookie)
  } catch (error) {
    const problem = error instanceof Problem ? error : inboxProblem(error)
    if (problem === null) throw error
    return refusal(problem, deps.unsentCookies.get(client.request) ?? null)
  }
}

/** Clients of this contract know one sentence for everything that may be wrong with a body. */
async function readPet(request: Request): Promise<BallotRequest> {
  const parsed = petSchema.safeParse(await readJson(request, MAX_BODY_BYTES).catch(nothingIfUnreadable))
  if (!parsed.success) throw new Problem("option-unknown", INVALID)
  return { choice: { option: parsed.data.pet } }
}

function nothingIfUnreadable(error: unknown): null {
  if (error instanceof Problem && error.kind !== "body-too-large") return null
  throw error
}

function noVote({ method }: Request): Response {
  const response = refusal(new Problem("method-unknown", `${method} does not vote: use POST.`), null)
  response.headers.set("allow", "POST")
  return response
}

function refusal(problem: Problem, setCookie: string | null): Response {
  const message = problem.kind === "option-unknown" ? INVALID : problem.detail
  const response = answer(problem.status, { status: "error", message }, setCookie)
  for (const [name, value] of Object.entries(problem.headers())) response.headers.set(name, value)
  return response
}

function answer(status: number, body: Record<string, string>, setCookie: string | null): Response {
  const headers = { ...apiHeaders, "cache-control": "no-store" }
  const response = Response.json(body, { status, headers })
  if (setCookie !== null) response.headers.append("set-cookie", setCookie)
  return response
}
