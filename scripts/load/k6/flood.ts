/** As many votes as a number of voters can cast one after the other. */

import type { Options } from "k6/options"
import { bookkeeping, type Opened } from "./books.ts"
import { castOne, GIVE_UP_S } from "./cast.ts"
import { amount, seconds } from "./instance.ts"
import { type Summary, verdict, voteLines } from "./verdict.ts"

const QUESTION = "Is every vote of a flood answered soon, and counted exactly once?"

export const options: Options = {
  scenarios: {
    flood: {
      executor: "constant-vus",
      vus: amount("VOTERS", 40),
      duration: `${seconds("DURATION", 15)}s`,
      gracefulStop: `${GIVE_UP_S + 10}s`,
    },
  },
  thresholds: {
    votes_failed: ["count==0"],
    votes_uncounted: ["count==0"],
    votes_accepted: ["count>0"],
    vote_answered: [`p(95)<${amount("P95_MS", 500)}`],
  },
  ...bookkeeping,
}

export { closeBooks as teardown, openBooks as setup } from "./books.ts"

export default function flood({ poll }: Opened): void {
  castOne(poll)
}

export function handleSummary(summary: Summary): { stdout: string } {
  return verdict(QUESTION, summary, voteLines(summary))
}
