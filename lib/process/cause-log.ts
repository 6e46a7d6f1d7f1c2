/** Why requests fail, in the log: each cause at once, and then a line now and then, however many requests fail by it. */

import { BoundedMap } from "../bounded-map"
import type { Log } from "./logging"

/** In an outage every request fails; a line now and then says the same. */
const SILENCE_MS = 10_000
const MOST_CAUSES = 50

/**
 * Logs an error with this message, unless another one of the same cause was logged within the last ten seconds.
 * @param now milliseconds of a clock that is never set
 */
export function logEachCause(
  log: Pick<Log, "warn">,
  message: string,
  now: () => number = performance.now.bind(performance),
): (error: unknown) => void {
  const silentUntil = new BoundedMap<string, number>(MOST_CAUSES)
  return (error) => {
    const cause = causeOf(error)
    if (now() < (silentUntil.get(cause) ?? Number.NEGATIVE_INFINITY)) return
    silentUntil.set(cause, now() + SILENCE_MS)
    log.warn({ err: error }, message)
  }
}

/** How an error begins that Redis answers: "READONLY You can't write against a read only replica." */
const REPLY = /^[A-Z]{2,}(?= )/

/** The name of what is behind an error: a code of a store or a socket; empty where it has none. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return ""
  const { code } = error as { code?: unknown }
  const own = code === undefined ? (REPLY.exec(error.message)?.[0] ?? "") : String(code)
  return causeOf(error.cause) || own
}
