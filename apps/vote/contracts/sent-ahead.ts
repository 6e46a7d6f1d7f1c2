import { Problem } from "@tallyroom/lib/errors"

/** The headers by which browsers, of today and of earlier years, say that they load something before anybody asked for it. */
const PURPOSE_HEADERS = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
const AHEAD = /prefetch|prerender|preview/i

/**
 * Refuses a request that a browser sends before its reader follows the link: preloading must not vote.
 * @throws {Problem} request-malformed
 */
export function refuseSentAhead(request: Request): void {
  const header = PURPOSE_HEADERS.find((name) => AHEAD.test(request.headers.get(name) ?? ""))
  if (header === undefined) return
  throw new Problem(
    "request-malformed",
    `The header ${header} says that nobody asked for this yet: votes are not loaded ahead, send it by POST.`,
  )
}
