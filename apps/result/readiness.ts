/** What result waits for, in words for whoever asks /readyz. */

import { unconnected } from "@tallyroom/lib/health"
import type { ListenerState } from "@tallyroom/lib/postgres/listener"

/** Empty when the process can do its work. @param reason why the database is unfit */
export function readinessOf(state: ListenerState, stopping: boolean, reason = ""): Record<string, string> {
  if (stopping) return { process: "It is stopping." }
  return state === "unfit" ? { postgres: reason } : WAITING[state]
}

const WAITING: Record<Exclude<ListenerState, "unfit">, Record<string, string>> = {
  starting: { postgres: unconnected("Postgres") },
  away: { postgres: unconnected("Postgres") },
  deaf: {
    postgres: "its notifications do not arrive, so results come once a second: see DATABASE_LISTEN_URL",
  },
  "no-schema": { schema: "No worker has made the tables yet." },
  // Results come once a second, as the log says.
  asking: {},
  listening: {},
}
