/** The stores of the system: Redis, Postgres and, where one holds the ballots, a broker. */

import { join } from "node:path"
import type { DatabaseUrls } from "../../services/stores/databases"
import { type RedisServer, startRedis } from "../../services/stores/redis"
import type { Inbox } from "../record/record"
import { type Places, type ProvenBroker, startNatsOf, startRabbitmqOf } from "./broker"
import type { Disk } from "./disk"
import type { Links } from "./links"
import { type ProvenPostgres, startPostgresOf } from "./postgres"
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
  redis: Store
  postgres: ProvenPostgres
  broker: ProvenBroker | null
  /** All of their servers. */
  servers: Store[]
  /** `database` leads to the server that is the primary when it is looked at. */
  urls: { redis: RedisServer; readonly database: DatabaseUrls; inbox: string }
  /** Those that are on the own disk, or would be. */
  onDisk: Store[]
}

export async function startStores(plan: StoresPlan): Promise<Stores> {
  const { dir, disk, logOf, say } = plan
  const home = disk?.path ?? dir
  const crashed = (store: () => Store) => (code: number) => void store().revive(code)

  const redisServer = await startRedis({
    dir: join(home, "redis"),
    logFile: logOf("redis"),
    ...(plan.appendfsync && { appendfsync: plan.appendfsync }),
    env: { PATH: process.env.PATH ?? "", ...plan.redisEnv },
    onCrash: crashed(() => redis),
  })
  const redis: Store = new Store("redis", redisServer, join(home, "redis", "appendonlydir"), say)
  const homeOf = (server: string) => (LOSING_POWER.has(server) ? home : dir)
  const places = { homeOf, logOf, crashed, say }
  const postgres = await startPostgresOf(places, plan.failover)
  const broker = await startBrokerOf(plan, places)
  const servers = [redis, ...postgres.servers.map(({ store }) => store), ...(broker?.servers ?? [])]
  const onDisk = servers.filter(({ name }) => LOSING_POWER.has(name))
  const urls = {
    redis: redisServer,
    inbox: broker?.urls.join(",") ?? "",
    get database() {
      return postgres.urls()
    },
  }
  return { redis, postgres, broker, servers, urls, onDisk }
}

/**
 * The servers on the machine that loses its power. A second Postgres stands on a machine of its own. So do the servers of a broker's
 * cluster and a RabbitMQ that is alone: after a cut the first may differ from each other, and the second does not come back
 * (docs/inboxes.md).
 */
const LOSING_POWER = new Set(["redis", "postgres", "postgres 1", "nats"])

async function startBrokerOf(
  { inbox, nodes, network }: StoresPlan,
  plan: Places,
): Promise<ProvenBroker | null> {
  if (inbox === "redis") return null
  if (inbox === "rabbitmq") return startRabbitmqOf(plan)
  return startNatsOf(plan, nodes === 1 ? null : network)
}
