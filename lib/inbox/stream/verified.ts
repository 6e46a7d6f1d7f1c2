/**
 * A broker that has just come back may have lost the end of its streams. A ballot that it took then would stand where
 * another one stood before. So vote writes nothing over a new connection until a worker has verified the stream.
 */

import { InboxAway } from "../contract"
import type { ShardState } from "./shard-state"

/** By how much vote and worker may read Redis's clock differently. */
const CLOCK_SLACK_MS = 100

/**
 * @param connectedAt when vote's connection to the broker came about (by `performance.now()`)
 * @param now by Redis's clock (ms)
 * @throws {InboxAway} until a worker has verified the stream since
 */
export function requireVerified({ verifiedAt }: ShardState, connectedAt: number, now: number): void {
  const connected = now - (performance.now() - connectedAt)
  if (verifiedAt > connected + CLOCK_SLACK_MS) return
  throw new InboxAway("no worker has looked at the broker since it was connected")
}
