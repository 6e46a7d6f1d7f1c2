/** Authentication of admins: by the admin token, or by a session of the control room that was started with it. */

import { sameBytes } from "@tallyroom/lib/ballots/keyed"
import { Problem } from "@tallyroom/lib/errors"
import { cameByHttps, clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { refuseCrossSite } from "@tallyroom/lib/http/cross-site"
import { sessionsUnder } from "./session"
import { tokenAttempts } from "./token-attempts"

/** The part of a server that tells the address of a client. */
export type Peers = { requestIP: (request: Request) => { address: string } | null } | null

export type AdminAccess = {
  /**
   * Whether the request is an admin's. Without an Authorization header and a session it is not.
   * @throws {Problem} token-needed for a wrong token, too-many-attempts after too many wrong ones, cross-site for a change
   * that another site makes with the session of a signed-in browser
   */
  isAdmin: (request: Request, server: Peers) => boolean
  /** @throws {Problem} token-needed unless the request is an admin's; otherwise as `isAdmin` */
  requireAdmin: (request: Request, server: Peers) => void
  /**
   * Starts a session. @returns the Set-Cookie header
   * @throws {Problem} token-needed, too-many-attempts, cross-site
   */
  signIn: (token: string, request: Request, server: Peers) => string
  /** For a change that needs no session: other sites bring none with it. @throws {Problem} cross-site */
  refuseOtherSites: (request: Request) => void
}

/** @param publicOrigins the origins under which people reach this app, beside the one that a request names */
export function adminAccess(
  token: string,
  trusted: TrustedProxies,
  publicOrigins: string[] = [],
): AdminAccess {
  const right = digest(token)
  const attempts = tokenAttempts()
  const sessions = sessionsUnder(token)
  const peerOf = (request: Request, server: Peers) => server?.requestIP(request)?.address ?? null

  const requireRight = (shown: string, request: Request, server: Peers, detail: string) => {
    const forwarded = request.headers.get("x-forwarded-for")
    const network = networkOf(clientAddress(peerOf(request, server), forwarded, trusted))
    attempts.check(network)
    if (sameBytes(digest(shown), right)) return
    attempts.failed(network)
    throw new Problem("token-needed", detail)
  }

  const isAdmin: AdminAccess["isAdmin"] = (request, server) => {
    const shown = request.headers.get("authorization")
    if (shown !== null) {
      const detail = "This is not the admin token: send `Authorization: Bearer <ADMIN_TOKEN>`."
      requireRight(shown.replace(/^bearer +/i, ""), request, server, detail)
      return true
    }
    const cookie = request.headers.get("cookie")
    if (cookie === null || !sessionCounts(request) || !sessions.holds(cookie, Date.now())) return false
    refuseCrossSite(request, publicOrigins)
    return true
  }

  return {
    isAdmin,
    refuseOtherSites: (request) => refuseCrossSite(request, publicOrigins),
    requireAdmin: (request, server) => {
      if (isAdmin(request, server)) return
      throw new Problem("token-needed", "This is for admins: send `Authorization: Bearer <ADMIN_TOKEN>`.")
    },
    signIn: (shown, request, server) => {
      refuseCrossSite(request, publicOrigins)
      requireRight(shown, request, server, "This is not the admin token: copy it whole and try again.")
      return sessions.start(
        Date.now(),
        cameByHttps(request, () => peerOf(request, server), trusted),
      )
    },
  }
}

/**
 * A session counts in the control room and for every change. On other pages a signed-in admin sees what everybody sees, unless
 * the address asks for more by `admin`: a host who opens the stage must not show the audience what is still hidden.
 */
function sessionCounts(request: Request): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return true
  const { pathname, searchParams } = new URL(request.url)
  return pathname === "/admin" || pathname.startsWith("/admin/") || searchParams.has("admin")
}

/** Digests have equal length whatever was sent, so that comparing them always takes the same time. */
function digest(text: string): Buffer {
  return new Bun.CryptoHasher("sha256").update(text).digest()
}
