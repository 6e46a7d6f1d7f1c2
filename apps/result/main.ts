/** The result app's process. */

import { openDatabase } from "@tallyroom/lib/database"
import { wideProxies } from "@tallyroom/lib/http/address"
import { appAssets } from "@tallyroom/lib/http/assets"
import { guardConnections, mostConnections } from "@tallyroom/lib/http/connection-guard"
import { stopServing } from "@tallyroom/lib/http/shutdown"
import { Decider } from "@tallyroom/lib/outcome/decider"
import { failoverCounter } from "@tallyroom/lib/postgres/failover-metric"
import { Listener } from "@tallyroom/lib/postgres/listener"
import { notesOf } from "@tallyroom/lib/postgres/setting"
import { containerSubcommands } from "@tallyroom/lib/process/container-subcommands"
import { createRegistry, startManagement } from "@tallyroom/lib/process/management"
import { listenOrExit, logUncaught, startProcess, stopOnSignal } from "@tallyroom/lib/process/process"
import { runSubcommand } from "@tallyroom/lib/process/subcommand"
import { startTracing } from "@tallyroom/lib/tracing/tracing"
import { createApp, ENTRYPOINTS, heardBy } from "./app"
import { STATEMENT_MS } from "./database/deadline"
import { problemThere, Tables } from "./database/tables"
import { postgresMetrics } from "./metrics"
import { readinessOf } from "./readiness"
import { settings as declared } from "./settings"

/** Statements that run at once; requests share them, so few are enough. */
const CONNECTIONS = 8
/** More than the longest deadline of a request (`RECOUNT_DEADLINE_MS`): whoever asked was told long before. */
const ANSWER_MS = 25_000
/** Seconds that running statements get at the end, when all requests are answered already. */
const STATEMENTS_DEADLINE_S = 2

await runSubcommand("result", containerSubcommands)

const { settings, current, log } = startProcess("result", declared)
for (const note of wideProxies(settings.TRUSTED_PROXIES)) log.warn(note)

const sql = openDatabase(() => current().DATABASE_URL, {
  name: "result-reads",
  connections: CONNECTIONS,
  answerMs: ANSWER_MS,
  statementMs: STATEMENT_MS,
  onSilent: (cause) => log.warn(cause),
  onRefused: (what) => log.info(what),
})
for (const note of notesOf(settings.DATABASE_URL, settings.DATABASE_LISTEN_URL)) log.warn(note)

const decider = new Decider({ databaseUrl: () => current().DATABASE_URL, name: "result-outcomes", log })
const registry = createRegistry("result")
const tracing = await startTracing("result", settings, log)
const { app, hub, closeViewers, forgetPoll } = createApp({
  sql,
  decider,
  log,
  registry,
  assets: await appAssets(ENTRYPOINTS),
  adminToken: settings.ADMIN_TOKEN,
  voteUrl: settings.VOTE_URL,
  publicUrl: settings.PUBLIC_URL,
  trusted: settings.TRUSTED_PROXIES,
  deliveriesPerSecond: settings.DELIVERIES_PER_SECOND,
  // Each viewer takes a descriptor, and others need some.
  maxViewers: Math.min(settings.MAX_VIEWERS, mostConnections()),
  networkShare: settings.NETWORK_SHARE,
  embedOrigins: settings.EMBED_ORIGINS,
  contract: settings.CONTRACT,
  tracing,
})
const tables = new Tables(log)
const stopWatching = tables.watch(sql)
const listener = new Listener({
  url: () => current().DATABASE_LISTEN_URL || current().DATABASE_URL,
  isForListening: settings.DATABASE_LISTEN_URL !== "",
  name: "result-hears",
  heard: heardBy({ hub, forgetPoll }, tracing !== null),
  sql,
  isPrepared: (connection) => tables.areReady(connection),
  problemThere,
  log,
})
postgresMetrics(registry, () => listener.state)
failoverCounter(registry, () => listener.failovers)

let stopping = false
listener.start()
const listening = { hostname: settings.HOST, port: settings.PORT }
// Elysia would share the port with whoever has it: then each would get some of the viewers.
listenOrExit(log, { setting: "PORT", ...listening }, () => app.listen({ ...listening, reusePort: false }))
// Only now, as readiness says that viewers are served.
const management = await startManagement({
  app: "result",
  log,
  hostname: settings.MANAGEMENT_HOST,
  port: settings.MANAGEMENT_PORT,
  registry,
  readiness: () => readinessOf(listener, stopping, tables.problem),
})
const guard = guardConnections({ port: app.server?.port ?? settings.PORT, registry, log })
logUncaught(log)
log.info({ port: app.server?.port, managementPort: management.port }, "result listens")

stopOnSignal(log, async () => {
  stopping = true
  stopWatching()
  await listener.stop()
  closeViewers()
  await stopServing(app)
  guard.stop()
  hub.stop()
  decider.stop()
  await sql.end({ timeout: STATEMENTS_DEADLINE_S })
  await tracing?.stop()
  management.stop()
})
