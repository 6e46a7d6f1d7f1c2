/** How often a wrong admin token may be shown. */

import { Attempts } from "@tallyroom/lib/http/attempts"

/** Wrong tokens that one network may show at once, and how long until it may show one more. */
const NETWORK = { burst: 10, refillMs: 6_000 }
/** The same for all networks together; past it a network that failed once waits already. */
const OVERALL = { burst: 100, refillMs: 600 }

/**
 * A network that showed no wrong token is never refused, so nobody elsewhere can lock an admin out. One that has to
 * wait is refused with the right token too: else waiting would not slow guessing.
 */
export function tokenAttempts(): Pick<Attempts, "check" | "failed"> {
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
