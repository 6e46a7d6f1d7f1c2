/** An outage of a store in the log: in few lines, however often connecting fails. */

import { type ConnectionEvents, reasonText, type StoreName } from "../health"
import { remedyFor, withRemedy } from "../remedies"
import type { Log } from "./logging"

/** Reasons may take turns, as with a name that leads to two machines. */
const SAID_AGAIN_MS = 60_000

/**
 * Logs one line when the store goes away, one whenever the reason is another or other parts of it are away, and one when it is back.
 * @param meanwhile what does not work until then
 */
export function logOutages(
  log: Pick<Log, "info" | "warn">,
  store: StoreName,
  meanwhile: string,
): Required<ConnectionEvents> {
  let isAway = false
  let wasThere = false
  let reason: Error | undefined
  const said = new Map<string, number>()
  const isSaid = (text: string) =>
    performance.now() - (said.get(text) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_MS
  let last = ""
  let lastParts = ""
  return {
    onError(error) {
      reason = error
    },
    onLost(parts = "") {
      const text = reason ? withRemedy(store, reasonText(reason)) : ""
      const remedy = remedyFor(store, text)
      const away = parts === "" ? `${store} is away; ` : `${store} is away for ${parts}; there `
      if (!isAway || (parts !== lastParts && !isSaid(away))) {
        log.warn({ err: reason }, `${away}${meanwhile}${remedy ? ` (${remedy})` : ""}`)
        said.set(away, performance.now())
      } else if (text === "" || text === last || isSaid(text)) return
      else log.warn({ err: reason }, `${store} is still away, and the reason is another: ${text}`)
      isAway = true
      last = text
      lastParts = parts
      said.set(text, performance.now())
    },
    onConnected() {
      if (isAway) log.info(`${store} is back`)
      else if (!wasThere) log.info(`connected to ${store}`)
      wasThere = true
      isAway = false
      reason = undefined
      said.clear()
    },
  }
}
