import { Problem } from "@tallyroom/lib/errors"

/** By which browsers say, today and in earlier years, that nobody asked for this request yet. */
const PURPOSE_HEADERS = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
const AHEAD = /prefetch|prerender|preview/i

/**
 * Refuses what a browser sends ahead of its reader: loading a link must not vote for who never followed it.
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
