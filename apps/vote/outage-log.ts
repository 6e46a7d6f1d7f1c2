/** An outage in the log: in few lines, however many connections and votes fail. */

import type { ConnectionEvents, StoreName } from "@tallyroom/lib/health"
import type { Log } from "@tallyroom/lib/process/logging"

/** Under load every vote fails in an outage; a line now and then says the same. */
const SILENCE_MS = 10_000

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

/** Logs why votes can't be taken: the first refusal at once, then at most one line in ten seconds. */
export function logRefusedVotes(
  log: Pick<Log, "warn">,
  now: () => number = Date.now,
): (error: Error) => void {
  let silentUntil = 0
  return (error) => {
    if (now() < silentUntil) return
    silentUntil = now() + SILENCE_MS
    log.warn({ err: error }, "a vote could not be taken")
  }
}
