/** A page as a response, in the reader's language. */

import { CompressibleBody } from "@tallyroom/lib/http/compression"
import { pageHeaders } from "@tallyroom/lib/http/headers"
import { languageCookie, languageHeaders, languageOf, languageToRemember } from "@tallyroom/lib/ui/language"
import { PRIVATE } from "./cache-control"
import type { Site } from "./site"

export type PageAnswer = {
  cache?: string
  status?: number
  /** Who may show the page in a frame; nobody by default. */
  frameAncestors?: string | undefined
}

/** The response with all headers of a page. A language that was just chosen is remembered by a cookie. */
export function answerPage(
  site: Pick<Site, "isSecure">,
  request: Request,
  page: string | CompressibleBody,
  options: PageAnswer = {},
): Response {
  const { cache = "no-store", status = 200, frameAncestors = "'none'" } = options
  const chosen = languageToRemember(request)
  const headers = new Headers({
    ...pageHeaders({ frameAncestors }),
    ...languageHeaders(languageOf(request)),
    "cache-control": chosen ? PRIVATE : cache,
  })
  headers.append("vary", "Authorization")
  if (chosen) headers.set("set-cookie", languageCookie(chosen, site.isSecure(request)))
  const body = typeof page === "string" ? new CompressibleBody(page) : page
  return body.response(request, { status, headers })
}
