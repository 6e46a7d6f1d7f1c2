/** What waits in a log, for the books. */

import type { Position } from "../../ballots"
import type { Keeper } from "./log"

const PAGE = 5_000
/** A broker that sends by itself may need a moment for the first. */
const WAIT_MS = 500

/** The ballots after `position`, by poll. */
export async function pendingIn(
  keeper: Keeper,
  log: string,
  position: Position,
): Promise<Map<number, number>> {
  const pending = new Map<number, number>()
  const reader = keeper.reader(log)
  try {
    const end = keeper.refusesSecondVotes ? await keeper.length(log) : null
    for (let after = position; end === null || after.seq < end; ) {
      const entries = await reader.read(after, PAGE, WAIT_MS)
      for (const { ballot } of entries) {
        if (ballot) pending.set(ballot.poll, (pending.get(ballot.poll) ?? 0) + 1)
      }
      const last = entries.at(-1)
      if (!last) break
      after = last.position
    }
    return pending
  } finally {
    await reader.close()
  }
}
