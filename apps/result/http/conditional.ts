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
  return unchanged(request, what) ?? whole(body(), what)
}

/** As `conditional`, of a body that is only read for who does not have it yet. */
export async function conditionalFile(
  request: Request,
  body: () => Promise<Blob>,
  what: Cacheable,
): Promise<Response> {
  return unchanged(request, what) ?? whole(await body(), what)
}

function unchanged(request: Request, what: Cacheable): Response | null {
  if (!namesTag(request.headers.get("if-none-match"), etagOf(what))) return null
  return new Response(null, { status: 304, headers: commonHeaders(what) })
}

function whole(body: string | Blob, what: Cacheable): Response {
  return new Response(body, { headers: { ...commonHeaders(what), ...what.headers } })
}

const etagOf = ({ tag }: Cacheable) => `"${tag}"`

function commonHeaders(what: Cacheable): Record<string, string> {
  return {
    ...apiHeaders,
    etag: etagOf(what),
    "cache-control": what.audience === "public" ? SHARED : PRIVATE,
    vary: "Authorization",
  }
}
