/** What result waits for, in words for whoever asks /readyz. */

import { unconnected } from "@tallyroom/lib/health"
import type { Listener } from "./listener"

/** Empty when the process can do its work. */
export function readinessOf(state: Listener["state"], stopping: boolean): Record<string, string> {
  if (stopping) return { process: "It is stopping." }
  return WAITING[state]
}

const WAITING: Record<Listener["state"], Record<string, string>> = {
  starting: { postgres: unconnected("Postgres") },
  away: { postgres: unconnected("Postgres") },
  "no-schema": { schema: "No worker has made the tables yet." },
  listening: {},
}
