/** Who is an admin: whoever shows the admin token. */

import { Problem } from "@tallyroom/lib/errors"
import { clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { sameBytes } from "@tallyroom/lib/keyed"
import { Attempts } from "./attempts"

/** What of a server is needed to know who asks. */
export type Peers = { requestIP: (request: Request) => { address: string } | null } | null

export type AdminAccess = {
  /**
   * Whether the request is an admin's; one without Authorization is nobody's.
   * @throws {Problem} token-needed for a wrong token, too-many-attempts after too many of them
   */
  isAdmin: (request: Request, server: Peers) => boolean
  /** @throws {Problem} token-needed unless the request is an admin's */
  requireAdmin: (request: Request, server: Peers) => void
}

export function adminAccess(token: string, trusted: TrustedProxies): AdminAccess {
  const right = digest(`Bearer ${token}`)
  const attempts = new Attempts()

  const isAdmin: AdminAccess["isAdmin"] = (request, server) => {
    const shown = request.headers.get("authorization")
    if (shown === null) return false
    const peer = server?.requestIP(request)?.address ?? null
    const network = networkOf(clientAddress(peer, request.headers.get("x-forwarded-for"), trusted))
    const wait = attempts.waitOf(network)
    if (wait > 0) {
      const detail = `Too many wrong tokens came from your network: try again in ${wait} s.`
      throw new Problem("too-many-attempts", detail, { retryAfter: wait })
    }
    if (sameBytes(digest(shown.replace(/^bearer +/i, "Bearer ")), right)) return true
    attempts.failed(network)
    throw new Problem("token-needed", "This is not the admin token: send `Authorization: Bearer <ADMIN_TOKEN>`.")
  }

  return {
    isAdmin,
    requireAdmin: (request, server) => {
      if (isAdmin(request, server)) return
      throw new Problem("token-needed", "This is for admins: send `Authorization: Bearer <ADMIN_TOKEN>`.")
    },
  }
}

/** Of equal length whatever was sent, so that comparing takes the same time. */
function digest(text: string): Buffer {
  return new Bun.CryptoHasher("sha256").update(text).digest()
}
