/** Responses that a client or a CDN may have already. */

import { namesTag } from "@tallyroom/lib/http/etag"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import type { Audience } from "@tallyroom/lib/polls/visibility"
import { PRIVATE, PUBLIC_FOR_A_SECOND } from "./cache-control"

/** A CDN asks once a second, and shows the answer that it has meanwhile. So it serves a crowd of any size. */
const SHARED = `${PUBLIC_FOR_A_SECOND}, stale-while-revalidate=5`

type Cacheable = {
  /** Identifies the content: equal tags mean equal answers. */
  tag: string
  audience: Audience
  headers: Record<string, string>
}

/** The response, or 304 when the request names its tag. */
export function conditional(request: Request, body: () => string, what: Cacheable): Response {
  return unchanged(request, what) ?? whole(request, body(), what)
}

/** As `conditional`, of a body that is only opened for who does not have it yet, and that nobody shows any more once it is gone. */
export async function conditionalFile(
  request: Request,
  open: () => Promise<ReadableStream<Uint8Array>>,
  what: Cacheable,
): Promise<Response> {
  return (
    unchanged(request, what, PUBLIC_FOR_A_SECOND) ?? whole(request, await open(), what, PUBLIC_FOR_A_SECOND)
  )
}

function unchanged(request: Request, what: Cacheable, shared = SHARED): Response | null {
  if (!namesTag(request.headers.get("if-none-match"), etagOf(what))) return null
  return new Response(null, { status: 304, headers: commonHeaders(request, what, shared) })
}

function whole(
  request: Request,
  body: string | ReadableStream<Uint8Array>,
  what: Cacheable,
  shared = SHARED,
): Response {
  return new Response(body, { headers: { ...commonHeaders(request, what, shared), ...what.headers } })
}

const etagOf = ({ tag }: Cacheable) => `"${tag}"`

function commonHeaders(request: Request, what: Cacheable, shared: string): Record<string, string> {
  // A signed-in admin asks by the same address, and must not get what a cache keeps of others who wrote it.
  const isShared = what.audience === "public" && !new URL(request.url).searchParams.has("admin")
  return {
    ...apiHeaders,
    etag: etagOf(what),
    "cache-control": isShared ? shared : PRIVATE,
    vary: "Authorization",
  }
}
