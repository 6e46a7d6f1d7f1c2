import type { Access } from "@tallyroom/lib/inbox/access"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readIndex } from "@tallyroom/lib/inbox/redis/poll-copies"
import { openShards } from "@tallyroom/lib/inbox/redis/shards"
import { UserError } from "../terminal/user-error"
import { waitFor } from "../wait"

/** After a crash a worker's leases run out first, and a wiped Redis gets its voters back. */
const DEADLINE_MS = 60_000

/** Waits until a worker has opened every shard of the inbox, so that a vote cast from then on is accepted. */
export async function untilInboxOpen(access: string | Access, kind: InboxKind = "redis"): Promise<void> {
  const redis = openShards(access)
  const isOpen = async () => {
    try {
      const { shards } = await readIndex(redis.of(0))
      const looks = Array.from({ length: shards }, (_, i) =>
        redis.of(i).inspectShard(keys.fence(i), keys.inbox(i)),
      )
      // Workers of earlier versions wrote the kind of their broker there.
      return (await Promise.all(looks)).every(([serving, fence]) => fence === serving || fence === kind)
    } catch {
      return false
    }
  }
  try {
    await waitFor("the inbox to open", isOpen, DEADLINE_MS)
  } catch (cause) {
    throw new UserError(
      "The worker did not open the inbox within a minute; see .tallyroom/logs/worker.log.",
      {
        cause,
      },
    )
  } finally {
    redis.disconnect()
  }
}
