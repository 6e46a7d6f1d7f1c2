/** The stores of the system: Redis, Postgres and, where one holds the ballots, a broker. */

import { join } from "node:path"
import type { DatabaseUrls } from "../../services/stores/databases"
import { startRedis } from "../../services/stores/redis"
import { type Inbox, isOnRedis } from "../record/record"
import { type Places, type ProvenBroker, startNatsOf, startRabbitmqOf } from "./broker"
import type { Disk } from "./disk"
import type { Links } from "./links"
import { type ProvenPostgres, startPostgresOf } from "./postgres"
import { type ProvenCluster, startProvenCluster } from "./redis-cluster"
import { type RedisGroup, startRedisGroup } from "./redis-group"
import { Store } from "./store"

export type StoresPlan = {
  inbox: Inbox
  /** How many servers hold the ballots. */
  nodes: Nodes
  /** Whether another server takes the place of one that dies for good. */
  failover: boolean
  /** Where they are, unless they are on a disk of their own. */
  dir: string
  disk: Disk | null
  network: Links
  appendfsync?: "always" | "everysec"
  /** The environment of Redis, by which its clock is moved. */
  redisEnv: Record<string, string>
  logOf(name: string): string
  say(line: string): void
}

/** NATS can be a cluster of three. */
export type Nodes = 1 | 3

export type Stores = {
  /** Where there are several, the first. */
  redis: Store
  redisGroup: RedisGroup | null
  redisCluster: ProvenCluster | null
  postgres: ProvenPostgres
  broker: ProvenBroker | null
  /** All of their servers. */
  servers: Store[]
  /** `database` leads to the server that is the primary when it is looked at. */
  urls: { redis: RedisUrls; readonly database: DatabaseUrls; inbox: string }
  /** Those that are on the own disk, or would be. */
  onDisk: Store[]
}

/** Where it is for its users, and each of its servers for an admin. */
type RedisUrls = { voteUrl: string; workerUrl: string; adminUrls: readonly string[] }

export async function startStores(plan: StoresPlan): Promise<Stores> {
  const { dir, disk, logOf, say } = plan
  const home = disk?.path ?? dir
  const crashed = (store: () => Store) => (code: number) => void store().revive(code)

  const homeOf = (server: string) => (LOSING_POWER.has(server) ? home : dir)
  const places = { homeOf, logOf, crashed, say }
  const redis = await startRedisOf(plan, places)
  const postgres = await startPostgresOf(places, plan.failover)
  const broker = await startBrokerOf(plan, places)
  const servers = [...redis.stores, ...postgres.servers.map(({ store }) => store), ...(broker?.servers ?? [])]
  const onDisk = servers.filter(({ name }) => LOSING_POWER.has(name))
  const urls = {
    redis: redis.urls,
    inbox: broker?.urls.join(",") ?? "",
    get database() {
      return postgres.urls()
    },
  }
  const [first] = redis.stores
  const { group: redisGroup, cluster: redisCluster } = redis
  return { redis: first, redisGroup, redisCluster, postgres, broker, servers, urls, onDisk }
}

/**
 * The servers on the machine that loses its power. A second Postgres and other servers of Redis stand on machines of their own. So do the servers of a broker's
 * cluster and a RabbitMQ that is alone: after a cut the first may differ from each other, and the second does not come back
 * (docs/inboxes.md).
 */
const LOSING_POWER = new Set(["redis", "redis 1", "postgres", "postgres 1", "nats"])

type RedisStores = {
  stores: [Store, ...Store[]]
  group: RedisGroup | null
  cluster: ProvenCluster | null
  urls: RedisUrls
}

async function startRedisOf(
  { failover, inbox, network, appendfsync, redisEnv }: StoresPlan,
  places: Places,
): Promise<RedisStores> {
  const syncs = appendfsync && { appendfsync }
  if (inbox === "redis-cluster") {
    const cluster = await startProvenCluster({ ...places, ...syncs, network, firstEnv: redisEnv })
    const [first, ...others] = cluster.sides.map(({ store }) => store)
    if (!first) throw new Error("there is no server of redis")
    const adminUrls = cluster.sides.map(({ server }) => server.adminUrl)
    return { stores: [first, ...others], group: null, cluster, urls: { ...cluster.urls, adminUrls } }
  }
  if (failover && inbox === "redis") {
    const group = await startRedisGroup({ ...places, ...syncs, network, firstEnv: redisEnv })
    const [first, ...others] = group.sides.map(({ store }) => store)
    if (!first) throw new Error("there is no server of redis")
    const adminUrls = group.sides.map(({ server }) => server.adminUrl)
    const urls = { voteUrl: group.urlOf("vote"), workerUrl: group.urlOf("worker"), adminUrls }
    return { stores: [first, ...others], group, cluster: null, urls }
  }
  const { homeOf, logOf, crashed, say } = places
  const dir = join(homeOf("redis"), "redis")
  const server = await startRedis({
    ...{ dir, logFile: logOf("redis"), ...syncs },
    env: { PATH: process.env.PATH ?? "", ...redisEnv },
    onCrash: crashed(() => store),
  })
  const store: Store = new Store("redis", server, join(dir, "appendonlydir"), say)
  const { voteUrl, workerUrl, adminUrl } = server
  return { stores: [store], group: null, cluster: null, urls: { voteUrl, workerUrl, adminUrls: [adminUrl] } }
}

async function startBrokerOf(
  { inbox, nodes, network }: StoresPlan,
  plan: Places,
): Promise<ProvenBroker | null> {
  if (isOnRedis(inbox)) return null
  if (inbox === "rabbitmq") return startRabbitmqOf(plan)
  return startNatsOf(plan, nodes === 1 ? null : network)
}
