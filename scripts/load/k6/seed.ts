/** Votes for show by the form at ADDRESS: SHARES are a list of options and how many for each. `bun run seed --by k6` runs it. */

import { sleep } from "k6"
import exec from "k6/execution"
import http from "k6/http"
import type { Options } from "k6/options"

const ADDRESS = __ENV.ADDRESS ?? ""
const SHARES: [option: string, votes: number][] = JSON.parse(__ENV.SHARES ?? "[]")
const VOTES = SHARES.reduce((sum, [, votes]) => sum + votes, 0)

const AT_ONCE = 50
const GIVE_UP_MS = 60_000
const PAUSE_S = 0.5
/** No answer, or one that says to come again. */
const AGAIN = new Set([0, 429, 502, 503, 504])

export const options: Options = {
  scenarios: {
    seed: {
      executor: "shared-iterations",
      iterations: VOTES,
      vus: Math.min(VOTES, AT_ONCE),
      // Far longer than a million votes take: the run ends by their number.
      maxDuration: "24h",
    },
  },
  discardResponseBodies: true,
}

/** One vote of a new voter; says so once it is taken, and ends the run if it can't be. */
export default function seed(): void {
  const option = optionOf(exec.scenario.iterationInTest)
  // A vote whose answer got lost may have been accepted: by its key it counts once.
  const key = crypto.randomUUID()
  const end = Date.now() + GIVE_UP_MS
  for (;;) {
    const status = send(option, key)
    if (status >= 200 && status < 300) {
      console.log("taken")
      return
    }
    if (!AGAIN.has(status)) exec.test.abort(`A vote was answered ${status}: is the poll open?`)
    if (Date.now() > end) exec.test.abort(`After a minute a vote was still answered ${status || "nothing"}.`)
    sleep(PAUSE_S)
  }
}

function send(vote: string, key: string): number {
  return http.post(
    ADDRESS,
    { vote },
    { headers: { "idempotency-key": key }, jar: new http.CookieJar(), timeout: "10s" },
  ).status
}

/** The options one after the other, each as often as its share says. */
function optionOf(vote: number): string {
  let end = 0
  for (const [option, votes] of SHARES) {
    end += votes
    if (vote < end) return option
  }
  throw new Error(`There are ${VOTES} votes to cast, and this is number ${vote + 1}.`)
}
