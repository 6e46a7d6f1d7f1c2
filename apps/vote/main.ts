/** The vote app's process. */

import type { ConnectionEvents, StoreName } from "@tallyroom/lib/health"
import { wideProxies } from "@tallyroom/lib/http/address"
import { appAssets } from "@tallyroom/lib/http/assets"
import { guardConnections } from "@tallyroom/lib/http/connection-guard"
import { stopServing } from "@tallyroom/lib/http/shutdown"
import { INBOX_STORES, inboxKind, openPublisher } from "@tallyroom/lib/inbox/brokers"
import { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { openBarrier } from "@tallyroom/lib/inbox/redis/sentinel-barrier"
import { openShards } from "@tallyroom/lib/inbox/redis/shards"
import { inboxAccess } from "@tallyroom/lib/inbox/setting"
import { READING_USABLE_MS } from "@tallyroom/lib/inbox/stream/contract"
import { containerSubcommands } from "@tallyroom/lib/process/container-subcommands"
import { createRegistry, startManagement } from "@tallyroom/lib/process/management"
import { listenOrExit, logUncaught, startProcess, stopOnSignal } from "@tallyroom/lib/process/process"
import { runSubcommand } from "@tallyroom/lib/process/subcommand"
import { startTracing } from "@tallyroom/lib/tracing/tracing"
import { createApp, ENTRYPOINTS } from "./app"
import { BrokerReadiness } from "./broker-readiness"
import { BallotHealth } from "./casting/ballot-health"
import { createMetrics } from "./metrics"
import { logConnection } from "./outage-log"
import { PollCache, pollsIn } from "./polls/poll-cache"
import { createReadiness } from "./readiness"
import { RedisReadiness } from "./redis-readiness"
import { settings as declared, settingsTogether } from "./settings"

await runSubcommand("vote", containerSubcommands)

const { settings, current, log } = startProcess("vote", declared, settingsTogether)
if (settings.EMBED_ORIGINS.note !== null) log.warn(settings.EMBED_ORIGINS.note)
for (const note of wideProxies(settings.TRUSTED_PROXIES)) log.warn(note)

const ballots = new BallotHealth()
const eventsOf = (store: StoreName): ConnectionEvents => {
  const events = logConnection(log, store)
  const onConnected = () => {
    ballots.forget()
    events.onConnected()
    // So that the first readiness check knows already.
    if (store === "Redis") polls.index().catch(() => {})
  }
  return { ...events, onConnected }
}
const access = inboxAccess(current)
const redis = openShards(access.redis, eventsOf("Redis"))
const publisher = openPublisher(access.inbox, eventsOf(INBOX_STORES[inboxKind(settings.INBOX_URL)]))
const clock = new RedisClock(redis.of(0))
const polls = new PollCache(
  pollsIn(redis, clock, publisher !== null),
  publisher ? READING_USABLE_MS : undefined,
)
const { INBOX_REPLICAS } = settings
const votesWait = INBOX_REPLICAS > 0 && publisher === null
const barrier = votesWait ? openBarrier(access.redis) : null
const room = new RedisReadiness(redis, INBOX_REPLICAS, barrier)
const readiness = createReadiness(
  redis,
  polls,
  ballots,
  publisher ? new BrokerReadiness(redis.of(0), publisher, polls) : room,
)
const registry = createRegistry("vote")
const metrics = createMetrics(
  registry,
  () => redis.isWhole(),
  () => room.isFull(),
)
const assets = await appAssets(ENTRYPOINTS)
const tracing = await startTracing("vote", settings, log)

/** Over which votes wait for replicas. */
const lanes: ReturnType<typeof redis.of>[] = []
const openLane = (shard: number) => {
  const lane = redis.openAnother(shard)
  lanes.push(lane)
  return lane
}
const replicas = votesWait
  ? {
      ...{ count: INBOX_REPLICAS, openLane, onWaited: metrics.replicasWaitedFor },
      ...{ barrier, onPassed: metrics.sentinelsWaitedFor },
    }
  : null
const app = createApp({
  ...{ redis, publisher, replicas, polls, clock, ballots },
  ...{ assets, metrics, tracing, log, settings },
})
const listening = { hostname: settings.HOST, port: settings.PORT }
// Elysia would share the port with whoever has it: then each would get some of the voters.
listenOrExit(log, { setting: "PORT", ...listening }, () => app.listen({ ...listening, reusePort: false }))
const guard = guardConnections({ port: app.server?.port ?? settings.PORT, registry, log })
const management = await startManagement({
  app: "vote",
  log,
  hostname: settings.MANAGEMENT_HOST,
  port: settings.MANAGEMENT_PORT,
  registry,
  readiness: readiness.state,
})
logUncaught(log)
log.info({ port: app.server?.port, managementPort: management.port }, "listening")

stopOnSignal(log, async () => {
  readiness.stopping()
  await stopServing(app)
  guard.stop()
  management.stop()
  await publisher?.close()
  for (const connection of [redis, ...lanes]) connection.disconnect()
  barrier?.disconnect()
  await tracing?.stop()
})
