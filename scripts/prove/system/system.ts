/** The whole system as a prover runs it: two of each app, their stores, and a link that can fail between any two of them. */

import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { type AppName, startApp } from "../../services/apps/app-process"
import { freePort } from "../../services/processes/ports"
import type { Broker } from "../../services/stores/broker"
import { startBroker } from "../../services/stores/brokers"
import type { DatabaseUrls } from "../../services/stores/databases"
import { startPostgres } from "../../services/stores/postgres"
import { type RedisServer, startRedis } from "../../services/stores/redis"
import type { Inbox } from "../record/record"
import { Clock } from "./clocks"
import { type Disk, openDisk } from "./disk"
import { type Link, Links } from "./links"
import { Member } from "./member"
import { Store } from "./store"

const REPLICAS = [1, 2] as const
export const SHARDS = 4
/** So few that half a minute without a worker fills it. */
const BACKLOG_LIMIT = 2_000
const FINAL_AFTER_SECONDS = 2
/** A file takes as much only as was written to it. */
const DISK_MEGABYTES = 4_096

export type SystemPlan = {
  inbox: Inbox
  /** Where the stores and logs are. */
  dir: string
  /** Where the apps' source is; the mutants stand elsewhere. */
  appsDir?: string
  appendfsync?: "always" | "everysec"
  /** Whose clocks can be moved, such as "vote 1" or "redis". */
  clocks: readonly string[]
  /** Whether the stores are on a disk of their own, which can lose its power and be full. */
  ownDisk?: boolean
  say(line: string): void
}

type Replica = { name: string; url: string; member: Member }

export type System = {
  inbox: Inbox
  vote: Replica[]
  worker: Replica[]
  result: Replica[]
  redis: Store
  postgres: Store
  broker: Store | null
  urls: { redis: RedisServer; database: DatabaseUrls; inbox: string }
  /** By name, such as "worker 1 → redis". */
  links: Map<string, Link>
  /** By name, such as "clock of vote 1". */
  clocks: Map<string, Clock>
  disk: Disk | null
  /** The stores that are on that disk, or would be. */
  onDisk: Store[]
  adminToken: string
  stop(): Promise<void>
}

/** Starts all of it, and waits until each app is ready. Whatever was started ends with `stop`, or with this process. */
export async function startSystem(plan: SystemPlan): Promise<System> {
  const { inbox, dir, say } = plan
  const logs = join(dir, "logs")
  mkdirSync(logs, { recursive: true })
  const log = (name: string) => join(logs, `${name.replace(" ", "-")}.log`)
  const crashed = (store: () => Store) => (code: number) => {
    void store().revive(code)
  }
  const disk = plan.ownDisk ? await openDisk({ dir: diskOf(dir), megabytes: DISK_MEGABYTES }) : null
  const home = disk?.path ?? dir
  // A single RabbitMQ 3.10 does not come back from a power cut: its coordinator of streams crashes for ever.
  const brokerHome = inbox === "rabbitmq" ? dir : home

  const clocks = new Map(
    plan.clocks.map((name) => [`clock of ${name}`, new Clock(join(dir, `clock-${name.replace(" ", "-")}`))]),
  )
  const clockOf = (name: string) => clocks.get(`clock of ${name}`)?.env() ?? {}

  const redisServer = await startRedis({
    dir: join(home, "redis"),
    logFile: log("redis"),
    ...(plan.appendfsync && { appendfsync: plan.appendfsync }),
    env: { PATH: process.env.PATH ?? "", ...clockOf("redis") },
    onCrash: crashed(() => redis),
  })
  const redis: Store = new Store("redis", redisServer, join(home, "redis", "appendonlydir"), say)
  const postgresServer = await startPostgres({
    dir: join(home, "postgres"),
    logFile: log("postgres"),
    onCrash: crashed(() => postgres),
  })
  const postgres: Store = new Store("postgres", postgresServer, join(home, "postgres"), say)
  const brokerServer: Broker | null =
    inbox === "redis"
      ? null
      : await startBroker(inbox, {
          dir: join(brokerHome, inbox),
          logFile: log(inbox),
          onCrash: (code) => broker && crashed(() => broker)(code),
        })
  const broker: Store | null =
    brokerServer &&
    new Store(inbox, brokerServer, join(brokerHome, inbox, inbox === "nats" ? "jetstream" : "db"), say)
  const database = await postgresServer.database("tallyroom")
  const inboxUrl = brokerServer?.url ?? ""
  // Users and passwords are no ballots: whoever sets stores up sees to it that these stay.
  await disk?.settle()

  const network = await Links.start(log("toxiproxy"))
  const links = new Map<string, Link>()
  const way = async (from: string, to: string, server: string) => {
    const link = await network.lead(`${from} → ${to}`, server)
    links.set(link.name, link)
    return link.url(server)
  }
  const adminToken = secret()
  const voterSecrets = secret()

  const launch = async (app: AppName, replica: number, env: Record<string, string>): Promise<Replica> => {
    const name = `${app} ${replica}`
    const [port, managementPort] = [await freePort(), await freePort()]
    const settings = {
      ...{ LOG_LEVEL: "info", HOST: "127.0.0.1", MANAGEMENT_HOST: "127.0.0.1" },
      ...{ PORT: String(port), MANAGEMENT_PORT: String(managementPort), ...env },
      ...clockOf(name),
    }
    const start = () =>
      startApp(app, settings, {
        logFile: log(name),
        ...(plan.appsDir !== undefined && { appsDir: plan.appsDir }),
      })
    const member = new Member(name, `http://127.0.0.1:${managementPort}`, start, () =>
      say(`${name} did not answer for half a minute, and was killed as Kubernetes would`),
    )
    return { name, url: `http://127.0.0.1:${port}`, member }
  }
  const each = async (app: AppName, env: (name: string) => Promise<Record<string, string>>) => {
    const replicas: Replica[] = []
    for (const replica of REPLICAS) replicas.push(await launch(app, replica, await env(`${app} ${replica}`)))
    return replicas
  }
  const brokerOf = async (name: string): Promise<Record<string, string>> =>
    broker ? { INBOX_URL: await way(name, broker.name, inboxUrl) } : {}

  const worker = await each("worker", async (name) => ({
    REDIS_URL: await way(name, "redis", redisServer.workerUrl),
    DATABASE_URL: await way(name, "postgres", database.workerUrl),
    INBOX_SHARDS: String(SHARDS),
    FINAL_AFTER_SECONDS: String(FINAL_AFTER_SECONDS),
    ...(await brokerOf(name)),
  }))
  for (const { member } of worker) await member.ready()
  const vote = await each("vote", async (name) => ({
    REDIS_URL: await way(name, "redis", redisServer.voteUrl),
    VOTER_SECRETS: voterSecrets,
    BACKLOG_LIMIT: String(BACKLOG_LIMIT),
    ...(await brokerOf(name)),
  }))
  const result = await each("result", async (name) => ({
    DATABASE_URL: await way(name, "postgres", database.resultUrl),
    ADMIN_TOKEN: adminToken,
  }))
  const members = [...vote, ...worker, ...result].map(({ member }) => member)
  await Promise.all(members.map((member) => member.ready()))

  const stop = async () => {
    await Promise.all(members.map((member) => member.stop()))
    await network.stop()
    await Promise.all([redis, postgres, broker].map((store) => store?.stop()))
    await disk?.close()
    for (const clock of clocks.values()) clock.end()
  }
  const urls = { redis: redisServer, database, inbox: inboxUrl }
  const apps = { vote, worker, result }
  const onDisk = broker && brokerHome === home ? [redis, postgres, broker] : [redis, postgres]
  return { inbox, ...apps, redis, postgres, broker, urls, links, clocks, disk, onDisk, adminToken, stop }
}

/** Where the own disk of a system in this folder is. */
export const diskOf = (dir: string) => join(dir, "disk")

const secret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")
