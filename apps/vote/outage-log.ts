/** An outage in the log: in few lines, however many connections and votes fail. */

import type { ConnectionEvents, StoreName } from "@tallyroom/lib/health"
import { logEachCause } from "@tallyroom/lib/process/cause-log"
import type { Log } from "@tallyroom/lib/process/logging"

/** Logs one line when the store goes away and one when it is back, however often connecting fails in between. */
export function logConnection(log: Pick<Log, "info" | "warn">, store: StoreName): Required<ConnectionEvents> {
  let away = false
  let reason: Error | undefined
  return {
    onError(error) {
      reason = error
    },
    onLost() {
      if (!away) log.warn({ err: reason }, `${store} is away; votes are refused until it is back`)
      away = true
    },
    onConnected() {
      log.info(away ? `${store} is back` : `connected to ${store}`)
      away = false
      reason = undefined
    },
  }
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
