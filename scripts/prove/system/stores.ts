/** The stores of the system: Redis, Postgres and, where one holds the ballots, a broker. */

import { join } from "node:path"
import type { DatabaseUrls } from "../../services/stores/databases"
import { startPostgres } from "../../services/stores/postgres"
import { type RedisServer, startRedis } from "../../services/stores/redis"
import type { Inbox } from "../record/record"
import { type BrokerPlan, type ProvenBroker, startNatsOf, startRabbitmqOf } from "./broker"
import type { Disk } from "./disk"
import type { Links } from "./links"
import { Store } from "./store"

export type StoresPlan = {
  inbox: Inbox
  /** How many servers hold the ballots. */
  nodes: Nodes
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
  postgres: Store
  broker: ProvenBroker | null
  urls: { redis: RedisServer; database: DatabaseUrls; inbox: string }
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
  const postgresServer = await startPostgres({
    dir: join(home, "postgres"),
    logFile: logOf("postgres"),
    onCrash: crashed(() => postgres),
  })
  const postgres: Store = new Store("postgres", postgresServer, join(home, "postgres"), say)
  const homeOf = (server: string) => (LOSING_POWER.has(server) ? home : dir)
  const broker = await startBrokerOf(plan, { homeOf, logOf, crashed, say })
  const database = await postgresServer.database("tallyroom")
  const onDisk = [redis, postgres, ...(broker?.servers ?? []).filter(({ name }) => LOSING_POWER.has(name))]
  const urls = { redis: redisServer, database, inbox: broker?.urls.join(",") ?? "" }
  return { redis, postgres, broker, urls, onDisk }
}

/**
 * The brokers' servers on the machine that loses its power. The servers of a cluster stand on machines of their own, and so does a
 * RabbitMQ that is alone: after a cut the first may differ from each other, and the second does not come back (docs/inboxes.md).
 */
const LOSING_POWER = new Set(["nats"])

async function startBrokerOf(
  { inbox, nodes, network }: StoresPlan,
  plan: BrokerPlan,
): Promise<ProvenBroker | null> {
  if (inbox === "redis") return null
  if (inbox === "rabbitmq") return startRabbitmqOf(plan)
  return startNatsOf(plan, nodes === 1 ? null : network)
}
