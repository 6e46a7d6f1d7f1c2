import type { ConnectionEvents, StoreName } from "@tallyroom/lib/health"
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
