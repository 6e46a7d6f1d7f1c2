/** What waits in a stream, for the books. */

import type { Position } from "../../ballots/ballot"
import { InboxAway } from "../contract"
import type { BrokerAdmin } from "./contract"

const PAGE = 5_000
/** A broker that sends by itself may need a moment for the first. */
const WAIT_MS = 500

/** So often it must say that nothing more is there. */
const QUIET_LOOKS = 2

/** The ballots after `position`, by poll. @throws {InboxAway} when the broker does not answer, or has no such stream */
export async function pendingIn(
  broker: BrokerAdmin,
  stream: string,
  position: Position,
): Promise<Map<number, number>> {
  const pending = new Map<number, number>()
  const length = await broker.length(stream)
  if (length === null)
    throw new InboxAway(`the broker has lost the stream ${stream}; a worker will begin another`)
  const end = broker.refusesSecondVotes ? length : null
  const reader = broker.reader(stream)
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
        await broker.length(stream) // throws when the broker is silent because it hangs
      }
    }
    return pending
  } finally {
    await reader.close()
  }
}
