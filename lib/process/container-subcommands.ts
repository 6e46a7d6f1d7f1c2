/** What containers ask of each app: `health` for their health checks, `drain` before it is stopped. */

import { setTimeout as sleep } from "node:timers/promises"
import type { Subcommands } from "./subcommand"

/** Within this the app must say how it is. */
const ANSWER_MS = 2_000
/** Nodes and proxies hear within a second or two that a pod is going; until all have, it still gets visitors. */
const DRAIN_MS = 5_000

export const containerSubcommands: Subcommands = {
  /** 0 when it can do its work (or, as `health live`, answers at all), else 1 and one line why. */
  async health([what = "ready"]) {
    const path = { ready: "/readyz", live: "/livez" }[what]
    if (path === undefined) return said(`health ${what} is unknown: say health or health live`)
    const url = `http://127.0.0.1:${process.env.MANAGEMENT_PORT || "9090"}${path}`
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
      return answer.ok ? 0 : said(`${url} answers ${answer.status}: ${await answer.text()}`)
    } catch (error) {
      return said(`${url} does not answer: ${error instanceof Error ? error.message : error}`)
    }
  },
  /** Takes the time that everybody needs to send visitors elsewhere, while the app still serves them. */
  async drain() {
    await sleep(DRAIN_MS)
    return 0
  },
}

function said(why: string): number {
  console.error(why)
  return 1
}
