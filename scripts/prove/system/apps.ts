/** The apps of the system: two of each, with a link of its own from each to each store that it uses. */

import { type AppName, startApp } from "../../services/apps/app-process"
import { freePort } from "../../services/processes/ports"
import type { Link, Links } from "./links"
import { Member } from "./member"
import { atServers } from "./postgres"
import type { Nodes, Stores } from "./stores"

const REPLICAS = [1, 2] as const
/** Half of those that a Redis with replicas has. */
const REPLICAS_WAITED_FOR = 1
/** All that a master of a cluster has: the one that takes its place. */
const REPLICAS_OF_MASTER = 1
export const SHARDS = 4
/** So few that half a minute without a worker fills it. */
const BACKLOG_LIMIT = 2_000
const FINAL_AFTER_SECONDS = 2

export type AppsPlan = {
  stores: Stores
  nodes: Nodes
  network: Links
  /** Where the apps' source is; the mutants stand elsewhere. */
  appsDir?: string
  /** The environment by which the clock of this process is moved. */
  clockOf(name: string): Record<string, string>
  logOf(name: string): string
  say(line: string): void
}

type Replica = { name: string; url: string; member: Member }

export type Apps = {
  vote: Replica[]
  worker: Replica[]
  result: Replica[]
  /** By name, such as "worker 1 → redis". */
  links: Map<string, Link>
  adminToken: string
  stop(): Promise<void>
}

type Settings = Record<string, string>

/** Starts them, and waits until each is ready. */
export async function startApps(plan: AppsPlan): Promise<Apps> {
  const { redis, database } = plan.stores.urls
  const ways = new Ways(plan)
  const adminToken = secret()
  const voterSecrets = secret()
  const waits = waitsOf(plan.stores)
  const worker = await each(plan, "worker", async (name) => ({
    REDIS_URL: await ways.toRedis(name, redis.workerUrl),
    ...waits,
    DATABASE_URL: await ways.toPostgres(name, database.workerUrl),
    INBOX_SHARDS: String(SHARDS),
    FINAL_AFTER_SECONDS: String(FINAL_AFTER_SECONDS),
    ...(plan.nodes > 1 && { NATS_REPLICAS: String(plan.nodes) }),
    ...(await ways.toBroker(name)),
  }))
  for (const { member } of worker) await member.ready()
  const vote = await each(plan, "vote", async (name) => ({
    REDIS_URL: await ways.toRedis(name, redis.voteUrl),
    ...waits,
    VOTER_SECRETS: voterSecrets,
    BACKLOG_LIMIT: String(BACKLOG_LIMIT),
    ...(await ways.toBroker(name)),
  }))
  const result = await each(plan, "result", async (name) => ({
    DATABASE_URL: await ways.toPostgres(name, database.resultUrl),
    ADMIN_TOKEN: adminToken,
  }))
  const members = [...vote, ...worker, ...result].map(({ member }) => member)
  await Promise.all(members.map((member) => member.ready()))
  const stop = async () => void (await Promise.all(members.map((member) => member.stop())))
  return { vote, worker, result, links: ways.links, adminToken, stop }
}

function waitsOf({ redisGroup, redisCluster }: Stores): Settings {
  if (redisGroup) return { INBOX_REPLICAS: String(REPLICAS_WAITED_FOR) }
  return redisCluster ? { INBOX_REPLICAS: String(REPLICAS_OF_MASTER) } : {}
}

/** The links from the apps to the stores. */
class Ways {
  readonly links = new Map<string, Link>()

  constructor(private readonly plan: AppsPlan) {}

  /** @returns the address by which this app reaches the store */
  async lead(from: string, to: string, server: string): Promise<string> {
    const link = await this.plan.network.lead(`${from} → ${to}`, server)
    this.links.set(link.name, link)
    return link.url(server)
  }

  /** Sentinels tell where the master is, and nodes where the slots are, and that is by ways that all share. */
  async toRedis(from: string, url: string): Promise<string> {
    const { redisGroup, redisCluster } = this.plan.stores
    return redisGroup || redisCluster ? url : this.lead(from, "redis", url)
  }

  /** @param url of one of its servers */
  async toPostgres(from: string, url: string): Promise<string> {
    const hosts: string[] = []
    for (const { store, port } of this.plan.stores.postgres.servers)
      hosts.push(new URL(await this.lead(from, store.name, atServers(url, [`127.0.0.1:${port}`]))).host)
    return atServers(url, hosts)
  }

  async toBroker(from: string): Promise<Settings> {
    const { broker } = this.plan.stores
    if (broker === null) return {}
    const addresses: string[] = []
    for (const [i, { name }] of broker.servers.entries())
      addresses.push(await this.lead(from, name, broker.urls[i] ?? ""))
    return { INBOX_URL: addresses.join(",") }
  }
}

async function each(
  plan: AppsPlan,
  app: AppName,
  settingsOf: (name: string) => Promise<Settings>,
): Promise<Replica[]> {
  const replicas: Replica[] = []
  for (const replica of REPLICAS) {
    const name = `${app} ${replica}`
    replicas.push(await launch(plan, app, name, await settingsOf(name)))
  }
  return replicas
}

async function launch(plan: AppsPlan, app: AppName, name: string, own: Settings): Promise<Replica> {
  const [port, managementPort] = [await freePort(), await freePort()]
  const settings = {
    ...{ LOG_LEVEL: "info", HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1" },
    ...{ PORT: String(port), MANAGEMENT_PORT: String(managementPort), ...own },
    ...plan.clockOf(name),
  }
  const start = () =>
    startApp(app, settings, {
      logFile: plan.logOf(name),
      ...(plan.appsDir !== undefined && { appsDir: plan.appsDir }),
    })
  const member = new Member(name, `http://127.0.0.1:${managementPort}`, start, () =>
    plan.say(`${name} did not answer for half a minute, and was killed as Kubernetes would`),
  )
  return { name, url: `http://127.0.0.1:${port}`, member }
}

const secret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")
