/** The type that a request names for its body, and the types that it asks for. */

import { Problem, shown } from "../errors"

/** @throws {Problem} content-type-unsupported unless the Content-Type is `type`, with UTF-8 or no charset */
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

/** Whether to answer with a page: unless the client asks for JSON and not for HTML. */
export function wantsPage(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "*/*"
  return accept.includes("text/html") || !/application\/(problem\+)?json/.test(accept)
}
