/** What a body is said to be, and what an answer should be. */

import { Problem, shown } from "../errors"

/** @throws {Problem} content-type-unsupported unless the body is said to be `type`, in UTF-8 if it says so. */
export function requireContentType(request: Request, type: string): void {
  const given = request.headers.get("content-type")
  if (given === type) return
  const [name = "", ...parameters] = (given ?? "").toLowerCase().split(";")
  const utf8 = parameters.every((parameter) => /^\s*(charset="?utf-8"?)?\s*$/.test(parameter))
  if (name.trim() === type && utf8) return
  const what = given === null ? "has no Content-Type" : `is ${shown(given)}`
  throw new Problem("content-type-unsupported", `The body ${what}: send ${type} in UTF-8.`)
}

/** Whether the client asks for pages by name, as browsers do and programs don't. */
export function asksForPage(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false
}

/** Whether a page is the better answer: always, unless the client asks for JSON and not for HTML. */
export function wantsPage(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "*/*"
  return accept.includes("text/html") || !/application\/(problem\+)?json/.test(accept)
}
