/** The only bridge: moves votes from Redis to Postgres. */

import { openDatabase } from "@tallyroom/lib/database"
import { INBOX_LIMITS, INBOX_STORES, inboxKind, openBrokerAdmin } from "@tallyroom/lib/inbox/brokers"
import { openShards } from "@tallyroom/lib/inbox/redis/shards"
import { inboxAccess } from "@tallyroom/lib/inbox/setting"
import { failoverCounter } from "@tallyroom/lib/postgres/failover-metric"
import { notesOf } from "@tallyroom/lib/postgres/setting"
import { createRegistry, startManagement } from "@tallyroom/lib/process/management"
import { logOutages } from "@tallyroom/lib/process/outage-lines"
import { logUncaught, startProcess, stopOnSignal } from "@tallyroom/lib/process/process"
import { runSubcommand } from "@tallyroom/lib/process/subcommand"
import { startTracing } from "@tallyroom/lib/tracing/tracing"
import { connectionMetrics, createMetrics } from "./metrics"
import { warnOfLosses } from "./redis-durability"
import { retentionNotice } from "./retention-notice"
import { settings as declared, settingsTogether } from "./settings"
import { subcommands } from "./subcommands"
import { Worker } from "./worker"

/** Statements that run at once, beside those that count. */
const CONNECTIONS = 3
/** What the worker reads and writes takes a fraction of a second, and longer on a slow disk. */
const ANSWER_MS = 12_000
/** How long closing the connections may take, once all work is done or given up. */
const CLOSE_MS = 1_000

await runSubcommand("worker", subcommands)

const { settings, current, log } = startProcess("worker", declared, settingsTogether)

const registry = createRegistry("worker")
const sql = openDatabase(() => current().DATABASE_URL, {
  name: "worker",
  connections: CONNECTIONS,
  answerMs: ANSWER_MS,
  onSilent: (cause) => log.warn(cause),
  onRefused: (what) => log.info(what),
})
for (const note of notesOf(settings.DATABASE_URL, settings.DATABASE_LISTEN_URL)) log.warn(note)

const access = inboxAccess(current)
const redis = openShards(access.redis, logOutages(log, "Redis", "nothing is counted until it is back"))

redis.each((connection) => {
  connection.on("ready", () => void warnOfLosses(connection, log, settings.INBOX_REPLICAS))
})

const limits = INBOX_LIMITS[inboxKind(settings.INBOX_URL)]
if (limits !== null) log.warn(limits)

const notice = retentionNotice(settings.INBOX_URL, settings.INBOX_RETENTION)
if (notice !== null) log.warn(notice)

const broker = openBrokerAdmin(
  access.inbox,
  settings.NATS_REPLICAS,
  logOutages(log, INBOX_STORES[inboxKind(settings.INBOX_URL)], "nothing is counted until it is back"),
)

const tracing = await startTracing("worker", settings, log)

const worker = new Worker({
  ...{ broker, tracing },
  ...{
    sql,
    databaseUrl: () => current().DATABASE_URL,
    ...(settings.DATABASE_LISTEN_URL !== "" && { listenUrl: () => current().DATABASE_LISTEN_URL }),
    redis,
    log,
    openRedis: (shard) =>
      redis.openAnother(shard, { onError: (error) => log.debug({ err: error }, "Redis") }),
  },
  shards: settings.INBOX_SHARDS,
  retention: settings.INBOX_RETENTION,
  finalAfter: settings.FINAL_AFTER_SECONDS,
  labels: { a: settings.OPTION_A, b: settings.OPTION_B },
  pets: settings.CONTRACTS.includes("pets"),
  postsLimit: settings.CONTRACTS.includes("posts") ? settings.POSTS_LIMIT : null,
  metrics: createMetrics(registry),
  onAnotherDatabase: (error) => {
    log.error({ err: error }, error.message)
    void worker.stop().finally(() => process.exit(1))
  },
})
connectionMetrics(registry, {
  postgres: () => worker.isListening,
  redis: () => redis.isWhole(),
  ...(broker && { inbox: () => broker.problem() === null }),
})

failoverCounter(registry, () => worker.failovers)

const management = await startManagement({
  app: "worker",
  log,
  hostname: settings.MANAGEMENT_HOST,
  port: settings.MANAGEMENT_PORT,
  registry,
  liveness: () => worker.hung(),
  readiness: () => {
    const problem = redis.problem()
    // Without its inbox a worker holds no shard that could say so.
    const inbox = broker?.problem() ?? null
    return {
      ...(problem !== null && { redis: problem }),
      ...(inbox !== null && { inbox }),
      ...worker.readiness(),
    }
  },
})

stopOnSignal(log, async () => {
  await worker.stop()
  redis.disconnect()
  await Promise.race([broker?.close(), Bun.sleep(CLOSE_MS)])
  await sql.end({ timeout: CLOSE_MS / 1_000 })
  await tracing?.stop()
  management.stop()
})

logUncaught(log)
log.info({ management: management.port, worker: worker.id }, "worker started")
await worker.start().catch((error) => {
  log.error({ err: error }, error.message)
  process.exit(1)
})
