import type { StoreHealth } from "@tallyroom/lib/health"
import type { Readiness } from "@tallyroom/lib/process/management"
import type { PollCache } from "./polls/poll-cache"

/**
 * Ready: connected to Redis and to the broker that holds the ballots, if there is one, and a worker has opened the inbox.
 * Each call also asks anew, for the next one.
 */
export function createReadiness(
  redis: StoreHealth,
  polls: Pick<PollCache, "index" | "indexFailure">,
  broker: StoreHealth | null = null,
): { state: Readiness; stopping: () => void } {
  let stopping = false
  return {
    state() {
      if (stopping) return { vote: "stopping" }
      const redisProblem = redis.problem()
      if (redisProblem !== null) return { redis: redisProblem }
      const brokerProblem = broker?.problem() ?? null
      if (brokerProblem !== null) return { inbox: brokerProblem }
      polls.index().catch(() => {})
      return polls.indexFailure === null ? {} : { redis: polls.indexFailure }
    },
    stopping() {
      stopping = true
    },
  }
}
