/** An audience watches while some people vote. */

import { Counter, Trend } from "k6/metrics"
import type { Options } from "k6/options"
import { viewers, voters } from "./audience.ts"
import { bookkeeping, type Opened } from "./books.ts"
import { amount, countedVotes, seconds } from "./instance.ts"
import { numberOf, type Summary, verdict, voteLines, withThousands } from "./verdict.ts"
import { type Seen, watch } from "./watch.ts"

const QUESTION = "Does every viewer see the last snapshot, and never an older one after a newer?"
const VIEWERS = amount("VIEWERS", 200)
const DURATION_S = seconds("DURATION", 10)
/** Everybody is connected before the first vote, and watches on for a while after the last. */
const CONNECT_S = 3
const AFTER_S = 5

const upToDate = new Counter("viewers_up_to_date")
const behind = new Counter("viewers_behind")
const wentBack = new Counter("snapshots_gone_back")
const snapshots = new Trend("snapshots_a_viewer")

export const options: Options = {
  scenarios: {
    viewers: viewers("watchToTheEnd", VIEWERS, `${CONNECT_S + DURATION_S + AFTER_S + 30}s`),
    voters: voters(50, { startTime: `${CONNECT_S}s`, duration: `${DURATION_S}s`, preAllocatedVUs: 20 }),
  },
  thresholds: {
    viewers_up_to_date: [`count==${VIEWERS}`],
    snapshots_gone_back: ["count==0"],
    votes_failed: ["count==0"],
    votes_uncounted: ["count==0"],
  },
  ...bookkeeping,
}

export { castAsVoter } from "./audience.ts"
export { closeBooks as teardown, openBooks as setup } from "./books.ts"

export function watchToTheEnd({ poll }: Opened): void {
  let last: Seen = { version: 0, total: 0 }
  let count = 0
  const live = watch(poll.id, (seen) => {
    count++
    if (seen.version < last.version || seen.total < last.total) wentBack.add(1)
    last = seen
  })
  setTimeout(
    () => {
      live.close()
      snapshots.add(count)
      const sawAll = last.total === countedVotes(poll.id)
      ;(sawAll ? upToDate : behind).add(1)
    },
    (CONNECT_S + DURATION_S + AFTER_S) * 1_000,
  )
}

export function handleSummary(summary: Summary): { stdout: string } {
  const of = (name: string, value?: string) => numberOf(summary, name, value)
  return verdict(QUESTION, summary, [
    `${withThousands(of("viewers_up_to_date"))} of ${withThousands(VIEWERS)} viewers saw the last snapshot; ${withThousands(of("snapshots_a_viewer", "avg"))} snapshots each`,
    ...voteLines(summary),
  ])
}
