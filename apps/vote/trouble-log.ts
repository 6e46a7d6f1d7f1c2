import type { Log } from "@tallyroom/lib/process/logging"

/** Under load every vote fails in an outage; a line now and then says the same. */
const SILENCE_MS = 10_000

/** Logs why votes can't be taken: the first refusal at once, then at most one line in ten seconds. */
export function logTrouble(log: Pick<Log, "warn">, now: () => number = Date.now): (error: Error) => void {
  let silentUntil = 0
  return (error) => {
    if (now() < silentUntil) return
    silentUntil = now() + SILENCE_MS
    log.warn({ err: error }, "a vote could not be taken")
  }
}
