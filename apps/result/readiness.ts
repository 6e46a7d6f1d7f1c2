/** What result waits for, in words for whoever asks /readyz. */

import { unconnected } from "@tallyroom/lib/health"
import type { ListenerState } from "@tallyroom/lib/postgres/listener"

/** Empty when the process can do its work. */
export function readinessOf(state: ListenerState, stopping: boolean): Record<string, string> {
  if (stopping) return { process: "It is stopping." }
  return WAITING[state]
}

const WAITING: Record<ListenerState, Record<string, string>> = {
  starting: { postgres: unconnected("Postgres") },
  away: { postgres: unconnected("Postgres") },
  deaf: {
    postgres: "its notifications do not arrive, so results come once a second: a pooler may be between",
  },
  "no-schema": { schema: "No worker has made the tables yet." },
  listening: {},
}
