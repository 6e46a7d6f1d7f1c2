/** Refuses requests that another site made a browser send. */

import { Problem, shown } from "../errors"

const READING = new Set(["GET", "HEAD", "OPTIONS"])
/** The values of Sec-Fetch-Site for our own pages, and for people who typed the address. */
const OWN_SITES = new Set(["same-origin", "none"])

/**
 * Refuses a writing request that a browser sends from a page of another site. Other clients send neither Origin nor
 * Sec-Fetch-Site and are let through: they have no cookies but their own.
 * @param publicOrigins origins such as https://vote.example under which people reach this app
 * @throws {Problem} cross-site
 */
export function refuseCrossSite(request: Request, publicOrigins: string[]): void {
  if (!READING.has(request.method)) refuseOtherSites(request, publicOrigins)
}

/**
 * The same for a request of any method, where reading has an effect.
 * @throws {Problem} cross-site
 */
export function refuseOtherSites(request: Request, publicOrigins: string[]): void {
  const site = request.headers.get("sec-fetch-site")
  // Browsers send no Origin with most GETs, and no Sec-Fetch-Site over plain HTTP: then the Referer has to do.
  const sender = request.headers.get("origin") ?? refererOrigin(request)
  const isOwn = site === null ? isOwnOrigin(request, publicOrigins, sender) : OWN_SITES.has(site)
  if (isOwn) return
  const from = sender ?? "another site"
  throw new Problem(
    "cross-site",
    `The request comes from ${shown(from)}: open the page here and send it from there.`,
  )
}

/**
 * Whether the request's Origin is its own host or a public origin. A request without an Origin counts as our own; a browser
 * sends one with every WebSocket. The scheme does not matter, as a proxy in front may end TLS.
 */
export function isOwnOrigin(
  request: Request,
  publicOrigins: string[],
  origin = request.headers.get("origin"),
): boolean {
  if (origin === null || publicOrigins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const own = `${protocol}//${request.headers.get("host") ?? new URL(request.url).host}`
  return host !== "" && URL.canParse(own) && new URL(own).host === host
}

function refererOrigin(request: Request): string | null {
  const referer = request.headers.get("referer")
  return referer !== null && URL.canParse(referer) ? new URL(referer).origin : null
}
