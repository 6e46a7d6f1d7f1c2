/** What result waits for, in words for whoever asks /readyz. */

import { unconnected } from "@tallyroom/lib/health"
import type { Listener, ListenerState } from "@tallyroom/lib/postgres/listener"
import { NO_TABLES } from "@tallyroom/lib/postgres/rights"

/** Empty when the process can do its work. @param tables why the tables can't be used */
export function readinessOf(
  { state, reason }: Pick<Listener, "state" | "reason">,
  stopping: boolean,
  tables: string | null,
): Record<string, string> {
  if (stopping) return { process: "It is stopping." }
  const waiting =
    state === "unfit"
      ? { postgres: reason }
      : state === "away"
        ? { postgres: unconnected("Postgres", reason) }
        : WAITING[state]
  return { ...waiting, ...(tables !== null && { schema: tables }) }
}

const WAITING: Record<Exclude<ListenerState, "unfit" | "away">, Record<string, string>> = {
  starting: { postgres: unconnected("Postgres") },
  deaf: {
    postgres: "its notifications do not arrive, so results come once a second: see DATABASE_LISTEN_URL",
  },
  "no-schema": { schema: NO_TABLES },
  // Results come once a second, as the log says.
  asking: {},
  listening: {},
}
