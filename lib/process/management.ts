/** The management port: /livez, /readyz and /metrics. It is never exposed outside. */

import { collectDefaultMetrics, Registry } from "prom-client"
import { revision, version } from "./build"
import type { Log } from "./logging"
import { type Answer, type FromThread, json, type ToThread } from "./management-protocol"
import { exitUnheard } from "./process"
import { reportToServiceManager } from "./service-manager"

/** Why a process is not ready, by the name of what it waits for. Empty: it is ready. */
export type Readiness = () => Record<string, string>

export type Management = { port: number; stop: () => void }

export function createRegistry(app: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ app })
  collectDefaultMetrics({ register: registry })
  return registry
}

/** What nothing but a restart of the process mends; null while there is no such thing. */
export type Liveness = () => string | null

type Options = {
  app: string
  hostname: string
  port: number
  log: Log
  registry: Registry
  readiness: Readiness
  liveness?: Liveness
  /** A process that has answered nothing for this time hangs, in milliseconds. */
  hungAfterMs?: number
}

/**
 * Serves liveness (the process works, and does not hang), readiness (it can do its work) and Prometheus metrics, from a thread of
 * its own: it answers whatever this one is busy with. Tells systemd too, where that asks.
 * @returns once it listens; a process that can't exits with 1
 */
export async function startManagement(options: Options): Promise<Management> {
  const { app, log, hostname, hungAfterMs = HUNG_AFTER_MS } = options
  // The name of a compiled program's own file, too: the compiler puts the thread beside the app.
  const thread = new Worker(new URL("./management-thread.ts", import.meta.url).href, { smol: true })
  const tell = (message: ToThread) => thread.postMessage(message)
  const listening = Promise.withResolvers<number>()
  thread.onmessage = async ({ data }: MessageEvent<FromThread>) => {
    if ("port" in data) return listening.resolve(data.port)
    if ("asked" in data) return tell({ asked: data.asked, answer: await answerTo(data.path, options) })
    const error = Object.assign(new Error(data.cantListen), { code: data.code })
    exitUnheard(log, { setting: "MANAGEMENT_PORT", hostname, port: options.port }, error)
  }
  // Without it nobody could tell any more whether the process works.
  thread.onerror = (event) => {
    log.fatal({ err: event.error ?? event.message }, "the management port's thread has failed")
    process.exit(1)
  }
  tell({ listen: { hostname, port: options.port, app, hungAfterMs } })
  const port = await listening.promise
  const stopReporting = reportToServiceManager(() => options.liveness?.() == null)
  const stop = () => {
    stopReporting()
    thread.terminate()
  }
  return { port, stop }
}

/** Longer than any flood that was measured; a liveness probe asks three times in a row before it restarts a process. */
const HUNG_AFTER_MS = 30_000

async function answerTo(path: string | null, options: Options): Promise<Answer> {
  try {
    if (path === "/livez") return liveness(options)
    if (path === "/readyz") return readiness(options)
    if (path === "/metrics") return await metrics(options)
    return json(200, { status: "live" })
  } catch (err) {
    options.log.error({ err }, `${path} can't be answered`)
    return json(500, { status: "failed", problem: "the log says why" })
  }
}

function liveness({ liveness = () => null }: Options): Answer {
  const problem = liveness()
  return problem === null
    ? json(200, { status: "live", version, revision })
    : json(503, { status: "hung", problem, version, revision })
}

function readiness({ readiness }: Options): Answer {
  const waiting = readiness()
  if (Object.keys(waiting).length === 0) return json(200, { status: "ready" })
  return json(503, { status: "waiting", waiting })
}

async function metrics({ registry }: Options): Promise<Answer> {
  return { status: 200, contentType: registry.contentType, body: await registry.metrics() }
}
