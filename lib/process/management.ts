/** The management port: /livez, /readyz and /metrics. It is never exposed outside. */

import { collectDefaultMetrics, Registry } from "prom-client"
import { revision, version } from "./build"
import type { Log } from "./logging"
import { listenOrExit } from "./process"
import { withoutSecrets } from "./secrets"

/** Why a process is not ready, by the name of what it waits for. Empty: it is ready. */
export type Readiness = () => Record<string, string>

export type Management = { port: number; registry: Registry; stop: () => void }

export function createRegistry(app: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ app })
  collectDefaultMetrics({ register: registry })
  return registry
}

/** What nothing but a restart of the process mends; null while there is no such thing. */
export type Liveness = () => string | null

/** Serves liveness (the process answers, and does not hang), readiness (it can do its work) and Prometheus metrics. */
export function startManagement(options: {
  hostname: string
  port: number
  log: Log
  registry: Registry
  readiness: Readiness
  liveness?: Liveness
}): Management {
  const { log, registry, readiness, liveness = () => null, hostname, port } = options
  const serve = () =>
    Bun.serve({
      hostname,
      port,
      routes: {
        "/livez": () => {
          const problem = liveness()
          return problem === null
            ? Response.json({ status: "live", version, revision })
            : Response.json({ status: "hung", problem, version, revision }, { status: 503 })
        },
        "/readyz": () => {
          const waiting = readiness()
          if (Object.keys(waiting).length === 0) return Response.json({ status: "ready" })
          const text = withoutSecrets(JSON.stringify({ status: "waiting", waiting }))
          return new Response(text, { status: 503, headers: { "content-type": "application/json" } })
        },
        "/metrics": async () =>
          new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } }),
      },
      fetch: () => new Response("Not found. Here are /livez, /readyz and /metrics.\n", { status: 404 }),
    })
  const server = listenOrExit(log, { setting: "MANAGEMENT_PORT", hostname, port }, serve)
  return { port: server.port ?? port, registry, stop: () => void server.stop(true) }
}
