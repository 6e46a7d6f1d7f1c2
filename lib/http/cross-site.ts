/** Guards against requests that another site makes a browser send. */

import { Problem, shown } from "../errors"

const READING = new Set(["GET", "HEAD", "OPTIONS"])

/**
 * Refuses a writing request of a browser on another site. Clients that are no browsers send neither header, and pass:
 * they carry nobody's cookies but their own.
 * @param publicOrigins origins such as https://vote.example under which people reach this app
 * @throws {Problem} cross-site
 */
export function refuseCrossSite(request: Request, publicOrigins: string[]): void {
  if (READING.has(request.method)) return
  const site = request.headers.get("sec-fetch-site")
  if (site === null ? isOwnOrigin(request, publicOrigins) : site === "same-origin" || site === "none") return
  const from = request.headers.get("origin") ?? "another site"
  throw new Problem(
    "cross-site",
    `The request comes from ${shown(from)}: open the page here and send it from there.`,
  )
}

/**
 * Whether the request's Origin is its own host or a public origin; also without an Origin, which browsers always send
 * with a WebSocket. The scheme does not count, as a proxy in front may end TLS.
 */
export function isOwnOrigin(request: Request, publicOrigins: string[]): boolean {
  const origin = request.headers.get("origin")
  if (origin === null || publicOrigins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const own = `${protocol}//${request.headers.get("host") ?? new URL(request.url).host}`
  return host !== "" && URL.canParse(own) && new URL(own).host === host
}
