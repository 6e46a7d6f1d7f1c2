import type { Readiness } from "@tallyroom/lib/process/management"
import type { PollCache } from "./polls/poll-cache"

/**
 * Ready: connected to Redis and to the broker that holds the ballots, if there is one, and a worker has opened the inbox.
 * Each look asks anew for the next one.
 */
export function createReadiness(
  redis: { status: string },
  polls: Pick<PollCache, "index" | "indexFailure">,
  broker: { problem(): string | null } | null = null,
): { state: Readiness; stopping: () => void } {
  let stopping = false
  return {
    state() {
      if (stopping) return { vote: "stopping" }
      if (redis.status !== "ready") return { redis: "not connected" }
      const problem = broker?.problem() ?? null
      if (problem !== null) return { inbox: problem }
      polls.index().catch(() => {})
      return polls.indexFailure === null ? {} : { redis: polls.indexFailure }
    },
    stopping() {
      stopping = true
    },
  }
}
