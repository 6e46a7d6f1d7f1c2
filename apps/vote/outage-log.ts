/** An outage in the log: in few lines, however many connections and votes fail. */

import type { ConnectionEvents, StoreName } from "@tallyroom/lib/health"
import { logEachCause } from "@tallyroom/lib/process/cause-log"
import type { Log } from "@tallyroom/lib/process/logging"
import { logOutages } from "@tallyroom/lib/process/outage-lines"

export function logConnection(log: Pick<Log, "info" | "warn">, store: StoreName): Required<ConnectionEvents> {
  return logOutages(log, store, "votes are refused until it is back")
}

/** Logs why votes can't be taken, and why anything else can't be answered; an error that was logged for a vote only once. */
export function logRefusals(log: Pick<Log, "warn">) {
  const logVote = logEachCause(log, "a vote could not be taken")
  const logOther = logEachCause(log, "a request could not be answered")
  const ofVotes = new WeakSet<WeakKey>()
  return {
    vote: (error: Error) => {
      ofVotes.add(error)
      logVote(error)
    },
    other: (error: unknown) => {
      if (!(error instanceof Error && ofVotes.has(error))) logOther(error)
    },
  }
}
