/** A hall full of people scans the code on the stage: each loads the ballot, thinks a moment, and votes. */

import { check, sleep } from "k6"
import http from "k6/http"
import type { Options } from "k6/options"
import { bookkeeping, type Opened } from "./books.ts"
import { castOne } from "./cast.ts"
import { amount, VOTE_URL } from "./instance.ts"
import { ms, numberOf, type Summary, verdict, voteLines, withThousands } from "./verdict.ts"

const QUESTION = "Can a hall full of people vote within the same seconds?"
const PEOPLE = amount("PEOPLE", 600)
const LONGEST_THOUGHT_S = 3

export const options: Options = {
  scenarios: {
    hall: { executor: "per-vu-iterations", vus: PEOPLE, iterations: 1, maxDuration: "2m" },
  },
  thresholds: {
    checks: ["rate==1"],
    votes_failed: ["count==0"],
    votes_uncounted: ["count==0"],
    votes_accepted: [`count==${PEOPLE}`],
    vote_answered: [`p(95)<${amount("P95_MS", 1_000)}`],
  },
  ...bookkeeping,
}

export { closeBooks as teardown, openBooks as setup } from "./books.ts"

export default function person({ poll }: Opened): void {
  const page = http.get(`${VOTE_URL}/polls/${poll.id}`, { tags: { name: "ballot" } })
  check(page, { "the ballot page came": ({ status }) => status === 200 })
  sleep(Math.random() * LONGEST_THOUGHT_S)
  castOne(poll)
}

export function handleSummary(summary: Summary): { stdout: string } {
  const pages = `${withThousands(PEOPLE)} people; all requests in ${ms(numberOf(summary, "http_req_duration", "p(95)"))} (p95)`
  return verdict(QUESTION, summary, [pages, ...voteLines(summary)])
}
