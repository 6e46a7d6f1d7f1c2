/** What waits in a log, for the books. */

import type { Position } from "../../ballots"
import { InboxAway } from "../contract"
import type { Keeper } from "./contract"

const PAGE = 5_000
/** A broker that sends by itself may need a moment for the first. */
const WAIT_MS = 500

/** So often it must say that nothing more is there. */
const QUIET_LOOKS = 2

/** The ballots after `position`, by poll. @throws {InboxAway} when the broker does not answer, or has no such log */
export async function pendingIn(
  keeper: Keeper,
  log: string,
  position: Position,
): Promise<Map<number, number>> {
  const pending = new Map<number, number>()
  const length = await keeper.length(log)
  if (length === null) throw new InboxAway(`the broker has lost the log ${log}; a worker will begin another`)
  const end = keeper.refusesSecondVotes ? length : null
  const reader = keeper.reader(log)
  try {
    let after = position
    for (let quiet = 0; quiet < QUIET_LOOKS && (end === null || after.seq < end); ) {
      const entries = await reader.read(after, PAGE, WAIT_MS)
      for (const { ballot } of entries) {
        if (ballot) pending.set(ballot.poll, (pending.get(ballot.poll) ?? 0) + 1)
      }
      after = entries.at(-1)?.position ?? after
      if (entries.length > 0) quiet = 0
      else {
        quiet++
        await keeper.length(log) // throws when the broker is silent because it hangs
      }
    }
    return pending
  } finally {
    await reader.close()
  }
}
