/** Counts the ballots that wait in a stream, for the audit. */

import type { Position } from "../../ballots/ballot"
import { InboxAway } from "../contract"
import type { BrokerAdmin } from "./contract"

const PAGE = 5_000
/** A broker that sends by itself may need a moment for the first entry. */
const WAIT_MS = 500
/** So many readings in a row must bring nothing before the stream is taken to be at its end. */
const EMPTY_READINGS = 2

/** The ballots after `position`, by poll. @throws {InboxAway} when the broker does not answer, or has no such stream */
export async function pendingIn(
  broker: BrokerAdmin,
  stream: string,
  position: Position,
): Promise<Map<number, number>> {
  const pending = new Map<number, number>()
  const look = await broker.look(stream)
  if (look === null || look.wasEmptied)
    throw new InboxAway(`the broker has lost the stream ${stream}; a worker will begin another`)
  const end = broker.refusesSecondVotes ? look.length : null
  const reader = broker.reader(stream)
  try {
    let after = position
    for (let empty = 0; empty < EMPTY_READINGS && (end === null || after.seq < end); ) {
      const entries = await reader.read(after, PAGE, WAIT_MS)
      for (const { ballot } of entries) {
        if (ballot) pending.set(ballot.poll, (pending.get(ballot.poll) ?? 0) + 1)
      }
      after = entries.at(-1)?.position ?? after
      if (entries.length > 0) empty = 0
      else {
        empty++
        await broker.look(stream) // throws when the broker is silent because it hangs
      }
    }
    return pending
  } finally {
    await reader.close()
  }
}
