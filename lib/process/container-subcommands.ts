/** Subcommands that containers run: `health` for health checks, `drain` before the app is stopped. */

import { isIP } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { Subcommands } from "./subcommand"

/** The app must answer within this time. */
const ANSWER_MS = 2_000
/** Nodes and proxies learn within a second or two that a pod is going, and send it visitors until then. */
const DRAIN_MS = 5_000

export const containerSubcommands: Subcommands = {
  /** Exits with 0 if the app is ready (`health live`: if it answers at all), else with 1 and one line that says why. */
  async health([what = "ready"]) {
    const path = { ready: "/readyz", live: "/livez" }[what]
    if (path === undefined) return failed(`health ${what} is unknown: say health or health live`)
    const url = `http://${hostToAsk(process.env.MANAGEMENT_HOST)}:${process.env.MANAGEMENT_PORT || "9090"}${path}`
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
      return answer.ok ? 0 : failed(`${url} answers ${answer.status}: ${await answer.text()}`)
    } catch (error) {
      return failed(`${url} does not answer: ${error instanceof Error ? error.message : error}`)
    }
  },
  /** Waits until visitors are sent elsewhere; the app still serves them meanwhile. */
  async drain() {
    await sleep(DRAIN_MS)
    return 0
  },
}

/** Where something that listens on `host` is found from its own machine. */
function hostToAsk(host = ""): string {
  const bare = host.replace(/^\[|\]$/g, "")
  if (bare === "" || bare === "0.0.0.0") return "127.0.0.1"
  if (bare === "::") return "[::1]"
  return isIP(bare) === 6 ? `[${bare}]` : bare
}

function failed(why: string): number {
  console.error(why)
  return 1
}
