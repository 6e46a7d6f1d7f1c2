/** The request of a client of the posts contract: the id of a post, and a score. */

import { POST_ID } from "@tallyroom/lib/contracts/posts"
import { Problem, shown } from "@tallyroom/lib/errors"
import { readBody, readForm, readJson } from "@tallyroom/lib/http/body"
import { z } from "zod"
import { MAX_BODY_BYTES } from "../casting/ballot-request"

export type PostVote = { postId: string; score: string }

type Fields = { postId?: string | undefined; score?: string | undefined }

/** No valid field is longer. */
const MAX_FIELD_CHARACTERS = 64
const FORM_FIELDS = { postId: MAX_FIELD_CHARACTERS, score: MAX_FIELD_CHARACTERS }

const field = z.union([z.string(), z.number()], { error: "must be a number" }).transform(String).optional()
const bodySchema = z.strictObject({ postId: field, score: field })

/**
 * The fields of the address, or those of a body as JSON or form if the request has one.
 * @throws {Problem} request-malformed, body-too-large or content-type-unsupported
 */
export async function readPostVote(request: Request): Promise<PostVote> {
  const named = readQuery(request)
  if (request.method === "GET" || hasNoBody(request)) return complete(named)
  if (named.postId === undefined && named.score === undefined) return complete(await readFields(request))
  // The length of a body that comes in chunks is known only at its end.
  if ((await readBody(request, MAX_BODY_BYTES)) === "") return complete(named)
  throw malformed("There are fields in the address and in a body: send them in one of the two.")
}

function hasNoBody({ headers }: Request): boolean {
  return (headers.get("content-length") ?? "0") === "0" && !headers.has("transfer-encoding")
}

function readFields(request: Request): Promise<Fields> {
  const isJson = /json/i.test(request.headers.get("content-type") ?? "")
  return isJson ? readJsonFields(request) : readForm(request, MAX_BODY_BYTES, FORM_FIELDS)
}

async function readJsonFields(request: Request): Promise<Fields> {
  const parsed = bodySchema.safeParse(await readJson(request, MAX_BODY_BYTES))
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "The body"} ${message}`)
  throw malformed(`${errors.join("; ")}: send { "postId": 348, "score": 1 }.`)
}

function readQuery(request: Request): Fields {
  const { searchParams } = new URL(request.url)
  return { postId: only(searchParams, "postId"), score: only(searchParams, "score") }
}

function only(searchParams: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = searchParams.getAll(name)
  if (more.length > 0) throw malformed(`The field "${name}" is given twice: send it once.`)
  return value
}

function complete({ postId, score }: Fields): PostVote {
  if (score === undefined) throw malformed('The field "score" is missing: send 1 or -1.')
  return { postId: requirePostId(postId), score }
}

/** The id of the post in the address. @throws {Problem} request-malformed if there is none */
export function readPostId(request: Request): string {
  return requirePostId(readQuery(request).postId)
}

function requirePostId(postId: string | undefined): string {
  if (postId === undefined) throw malformed('The field "postId" is missing: send the number of a post.')
  if (POST_ID.test(postId)) return postId
  throw malformed(`The postId ${shown(postId)} is none: send a whole number from 1 to 999999999.`)
}

/** The option for this score. @throws {Problem} request-malformed for a score that has none */
export function optionOf(scores: Record<string, string>, score: string): string {
  const option = Object.hasOwn(scores, score) ? scores[score] : undefined
  if (option !== undefined) return option
  const known = Object.entries(scores).map(([value, name]) => `${value} (${name})`)
  throw malformed(`The score ${shown(score)} is none: send ${known.join(" or ")}.`)
}

function malformed(detail: string): Problem {
  return new Problem("request-malformed", detail)
}
