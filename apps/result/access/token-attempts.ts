/** Limits how often wrong admin tokens may be tried. */

import { Attempts } from "@tallyroom/lib/http/attempts"

/** How many wrong tokens one network may try at once, and how long it waits for one more. */
const NETWORK = { burst: 10, refillMs: 6_000 }
/** The same for all networks together. Beyond this limit, a network waits after its first wrong token. */
const OVERALL = { burst: 100, refillMs: 600 }

/**
 * A network that tried no wrong token is never refused, so nobody elsewhere can lock an admin out. One that has to wait is
 * refused with the right token too: otherwise waiting would not slow down guessing.
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
