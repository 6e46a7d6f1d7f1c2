/** Who is an admin: whoever shows the admin token. */

import { Problem } from "@tallyroom/lib/errors"
import { clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { Attempts } from "@tallyroom/lib/http/attempts"
import { sameBytes } from "@tallyroom/lib/keyed"

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

/** Wrong tokens that one network may show at once, and how long until it may show one more. */
const NETWORK = { burst: 10, refillMs: 6_000 }
/** The same for all networks together; past it a network that failed once waits already. */
const OVERALL = { burst: 100, refillMs: 600 }

export function adminAccess(token: string, trusted: TrustedProxies): AdminAccess {
  const right = digest(`Bearer ${token}`)
  const attempts = tokenAttempts()

  const isAdmin: AdminAccess["isAdmin"] = (request, server) => {
    const shown = request.headers.get("authorization")
    if (shown === null) return false
    const peer = server?.requestIP(request)?.address ?? null
    const network = networkOf(clientAddress(peer, request.headers.get("x-forwarded-for"), trusted))
    attempts.check(network)
    if (sameBytes(digest(shown.replace(/^bearer +/i, "Bearer ")), right)) return true
    attempts.failed(network)
    throw new Problem(
      "token-needed",
      "This is not the admin token: send `Authorization: Bearer <ADMIN_TOKEN>`.",
    )
  }

  return {
    isAdmin,
    requireAdmin: (request, server) => {
      if (isAdmin(request, server)) return
      throw new Problem("token-needed", "This is for admins: send `Authorization: Bearer <ADMIN_TOKEN>`.")
    },
  }
}

/**
 * A network that showed no wrong token is never refused, so nobody elsewhere can lock an admin out. One that has to
 * wait is refused with the right token too: else waiting would not slow guessing.
 */
function tokenAttempts(): Pick<Attempts, "check" | "failed"> {
  const networks = new Attempts(NETWORK)
  const strict = new Attempts({ ...NETWORK, burst: 1 })
  const overall = new Attempts({ ...OVERALL, clients: 1 })
  return {
    check: (network) => {
      networks.check(network)
      if (!passes(() => overall.check("all"))) strict.check(network)
    },
    failed: (network) => {
      networks.failed(network)
      strict.failed(network)
      overall.failed("all")
    },
  }
}

function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

/** Of equal length whatever was sent, so that comparing takes the same time. */
function digest(text: string): Buffer {
  return new Bun.CryptoHasher("sha256").update(text).digest()
}
