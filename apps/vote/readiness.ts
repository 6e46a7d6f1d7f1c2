import type { StoreHealth } from "@tallyroom/lib/health"
import type { Readiness } from "@tallyroom/lib/process/management"
import type { PollCache } from "./polls/poll-cache"

/**
 * Ready: connected to Redis and to the broker that holds the ballots, if there is one, a worker has opened the inbox, and it
 * takes ballots.
 * Each call also asks anew, for the next one.
 * @param inbox whether ballots can be written to Redis, or to the broker that holds them
 */
export function createReadiness(
  redis: StoreHealth,
  polls: Pick<PollCache, "index" | "indexFailure">,
  ballots: StoreHealth,
  inbox: StoreHealth | null = null,
): { state: Readiness; stopping: () => void } {
  let stopping = false
  return {
    state() {
      if (stopping) return { vote: "stopping" }
      const redisProblem = redis.problem()
      if (redisProblem !== null) return { redis: redisProblem }
      const inboxProblem = inbox?.problem() ?? null
      if (inboxProblem !== null) return { inbox: inboxProblem }
      polls.index().catch(() => {})
      if (polls.indexFailure !== null) return { redis: polls.indexFailure }
      const ballotProblem = ballots.problem()
      return ballotProblem === null ? {} : { inbox: ballotProblem }
    },
    stopping() {
      stopping = true
    },
  }
}
