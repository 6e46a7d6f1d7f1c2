/** What result waits for, in words for whoever looks at /readyz. */

import type { Listener } from "./listener"

/** Empty when the process can do its work. */
export function readinessOf(state: Listener["state"], stopping: boolean): Record<string, string> {
  if (stopping) return { process: "It is stopping." }
  return WAITING[state]
}

const WAITING: Record<Listener["state"], Record<string, string>> = {
  starting: { postgres: "Connecting." },
  away: { postgres: "It can't be reached; trying again." },
  "no-schema": { schema: "No worker has made the tables yet." },
  listening: {},
}
