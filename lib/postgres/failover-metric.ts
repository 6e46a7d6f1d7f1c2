/** How often Postgres failed over, for Prometheus. */

import { Counter, type Registry } from "prom-client"

/** @param failovers since the process began */
export function failoverCounter(registry: Registry, failovers: () => number): Counter {
  return new Counter({
    name: "tallyroom_postgres_failovers_total",
    help: "How often this process found that a standby of Postgres had been promoted and taken over.",
    registers: [registry],
    collect() {
      this.reset()
      this.inc(failovers())
    },
  })
}
