import type { Readiness } from "@tallyroom/lib/management"
import type { PollCache } from "./poll-cache"

/** Ready: connected to Redis, and a worker has opened the inbox there. Each look asks anew for the next one. */
export function createReadiness(
  redis: { status: string },
  polls: Pick<PollCache, "index" | "indexFailure">,
): { state: Readiness; stopping: () => void } {
  let stopping = false
  return {
    state() {
      if (stopping) return { vote: "stopping" }
      if (redis.status !== "ready") return { redis: "not connected" }
      polls.index().catch(() => {})
      return polls.indexFailure === null ? {} : { redis: polls.indexFailure }
    },
    stopping() {
      stopping = true
    },
  }
}
