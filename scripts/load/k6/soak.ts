/** A steady trickle for a long time: what leaks, grows or slows down shows here. */

import type { Options } from "k6/options"
import { bookkeeping, type Opened } from "./books.ts"
import { castOne, GIVE_UP_S } from "./cast.ts"
import { amount, seconds } from "./instance.ts"
import { type Summary, verdict, voteLines } from "./verdict.ts"

const QUESTION = "After a long time, is every vote still answered soon, and counted exactly once?"

export const options: Options = {
  scenarios: {
    trickle: {
      executor: "constant-arrival-rate",
      rate: amount("RATE", 50),
      timeUnit: "1s",
      duration: `${seconds("DURATION", 600)}s`,
      preAllocatedVUs: 20,
      maxVUs: 400,
      gracefulStop: `${GIVE_UP_S + 10}s`,
    },
  },
  thresholds: {
    votes_failed: ["count==0"],
    votes_uncounted: ["count==0"],
    votes_accepted: ["count>0"],
    dropped_iterations: ["count==0"],
    vote_answered: [`p(95)<${amount("P95_MS", 200)}`],
  },
  ...bookkeeping,
}

export { closeBooks as teardown, openBooks as setup } from "./books.ts"

export default function trickle({ poll }: Opened): void {
  castOne(poll)
}

export function handleSummary(summary: Summary): { stdout: string } {
  return verdict(QUESTION, summary, voteLines(summary))
}
