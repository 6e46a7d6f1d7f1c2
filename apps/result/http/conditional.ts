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
  const etag = `"${what.tag}"`
  const headers = {
    ...apiHeaders,
    etag,
    "cache-control": what.audience === "public" ? SHARED : PRIVATE,
    vary: "Authorization",
  }
  if (namesTag(request.headers.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers })
  return new Response(body(), { headers: { ...headers, ...what.headers } })
}
