/** The network of a hall fails while people vote: all viewers drop at once, and all come back. */

import { Counter, Trend } from "k6/metrics"
import type { Options } from "k6/options"
import { viewers, voters } from "./audience.ts"
import { bookkeeping, type Opened } from "./books.ts"
import { amount } from "./instance.ts"
import { ms, numberOf, type Summary, verdict, voteLines, withThousands } from "./verdict.ts"
import { type Seen, watch } from "./watch.ts"

const QUESTION = "When all viewers drop at once, does each come back to numbers that never went back?"
const VIEWERS = amount("VIEWERS", 500)
const DROP_AFTER_MS = 5_000
/** Viewers come back within this time, as the pages do, and not all in the same moment. */
const LONGEST_PAUSE_MS = 1_000
const GIVE_UP_MS = 20_000

/** Viewers that had numbers before, and have numbers again. */
const back = new Counter("viewers_back")
const wentBack = new Counter("snapshots_gone_back")
/** Milliseconds from connecting again to the first snapshot. */
const snapshotAfter = new Trend("snapshot_after_return", true)

export const options: Options = {
  scenarios: {
    viewers: viewers("dropAndComeBack", VIEWERS, "60s"),
    voters: voters(20, { duration: `${(DROP_AFTER_MS + LONGEST_PAUSE_MS) / 1_000}s`, preAllocatedVUs: 10 }),
  },
  thresholds: {
    viewers_back: [`count==${VIEWERS}`],
    snapshots_gone_back: ["count==0"],
    snapshot_after_return: [`p(95)<${amount("P95_MS", 2_000)}`],
    votes_failed: ["count==0"],
    votes_uncounted: ["count==0"],
  },
  ...bookkeeping,
}

export { castAsVoter } from "./audience.ts"
export { closeBooks as teardown, openBooks as setup } from "./books.ts"

export function dropAndComeBack({ poll }: Opened): void {
  let before: Seen | null = null
  const first = watch(poll.id, (seen) => {
    before = seen
  })
  setTimeout(() => {
    first.close()
    setTimeout(() => before && comeBack(poll.id, before), Math.random() * LONGEST_PAUSE_MS)
  }, DROP_AFTER_MS)
}

function comeBack(poll: string, before: Seen): void {
  const start = Date.now()
  const again = watch(poll, (seen) => {
    back.add(1)
    snapshotAfter.add(Date.now() - start)
    if (seen.version < before.version || seen.total < before.total) wentBack.add(1)
    again.close()
    clearTimeout(deadline)
  })
  const deadline = setTimeout(() => again.close(), GIVE_UP_MS)
}

export function handleSummary(summary: Summary): { stdout: string } {
  const of = (name: string, value?: string) => numberOf(summary, name, value)
  return verdict(QUESTION, summary, [
    `${withThousands(of("viewers_back"))} of ${withThousands(VIEWERS)} viewers came back; a snapshot after ` +
      `${ms(of("snapshot_after_return", "med"))} (median), ${ms(of("snapshot_after_return", "p(95)"))} (p95)`,
    `${withThousands(of("snapshots_gone_back"))} numbers went back`,
    ...voteLines(summary),
  ])
}
