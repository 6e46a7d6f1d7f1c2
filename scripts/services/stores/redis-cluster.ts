/** A Redis Cluster on loopback: masters that share the slots, and replicas that take their place. */

import { mkdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { within } from "@tallyroom/lib/within"
import { Redis } from "ioredis"
import { freePort } from "../processes/ports"
import { keptSecrets, writePrivately } from "../secrets"
import { waitFor } from "../wait"
import { type RedisOptions, type RedisServer, startRedis } from "./redis"

const SLOTS = 16_384
const FORM_DEADLINE_MS = 60_000
/** A master that says nothing for so long is replaced. */
const NODE_TIMEOUT_MS = 2_000
/** A node that does not answer by then hangs. */
const SILENT_MS = 1_000
/** How long a key's move from one node to another may take. */
const MOVE_MS = 5_000

export interface RedisClusterOptions
  extends Pick<RedisOptions, "program" | "flags" | "appendfsync" | "isReplicated"> {
  /** Has a folder for each node. */
  readonly dir: string
  readonly masters?: number
  /** Files for TLS: then it is spoken among the nodes and, at ports of its own, with clients, which show a certificate. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string }
  /** Of each master. */
  readonly replicas?: number
  /** What a node has of its own: they are numbered from 0 on, the masters first. */
  readonly ofNode?: (i: number) => Promise<NodeOptions>
}

interface NodeOptions extends Partial<Pick<RedisOptions, "dir" | "port" | "env" | "logFile" | "onCrash">> {
  readonly busPort?: number
  /** The ports that it tells clients and other nodes, where these shall come by another way. */
  readonly announced?: { readonly port: number; readonly busPort: number }
}

export interface ClusterNode extends RedisServer {
  readonly busPort: number
  /** The port by which clients and replicas know it. */
  readonly announcedPort: number
}

/** All nodes as one server; its addresses name every node. */
export interface RedisCluster extends RedisServer {
  readonly nodes: readonly ClusterNode[]
  /** The node that serves a slot now, as most of the nodes say. */
  masterOf(slot: number): Promise<ClusterNode>
  /**
   * Moves a slot to another master as `redis-cli --cluster reshard` does, key by key.
   * @param between runs after each key that was moved, while the slot is in two places
   */
  moveSlot(slot: number, to: RedisServer, between?: (key: string) => Promise<unknown>): Promise<void>
  /** Has Valkey (from 9.0 on) move a slot to another master as a whole. */
  moveWhole(slot: number, to: RedisServer): Promise<void>
  /** Has a replica take the place of the slot's master, as before an upgrade. */
  promote(slot: number): Promise<void>
}

/** Starts a cluster whose data in `dir` survives restarts and crashes. */
export async function startRedisCluster(options: RedisClusterOptions): Promise<RedisCluster> {
  const { masters = 3, replicas = 1 } = options
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const nodes: ClusterNode[] = []
  for (let i = 0; i < masters * (1 + replicas); i++)
    nodes.push(await startNode(dir, `node-${i}`, options, await options.ofNode?.(i)))
  const admins = nodes.map(({ adminUrl }) => openAdmin(adminUrl))
  try {
    await form(nodes, admins, masters)
  } finally {
    for (const admin of admins) admin.disconnect()
  }
  return clusterOf(dir, nodes)
}

async function startNode(
  dir: string,
  name: string,
  { program, flags, appendfsync, isReplicated, tls }: RedisClusterOptions,
  { dir: ownDir, busPort: ownBusPort, announced, ...ofServer }: NodeOptions = {},
): Promise<ClusterNode> {
  const own = ownDir ?? join(dir, name)
  const busPort = ownBusPort ?? (await freePort())
  keptSecrets(join(dir, "passwords.json"), ["admin", "vote", "worker", "replica", "sentinel"])
  writePrivately(join(own, "passwords.json"), readFileSync(join(dir, "passwords.json"), "utf8"))
  const server = await startRedis({
    dir: own,
    ...ofServer,
    ...(program !== undefined && { program }),
    ...(appendfsync && { appendfsync }),
    ...(isReplicated && { isReplicated }),
    configuration: ({ admin }) => ["masteruser admin", `masterauth ${admin}`],
    flags: {
      "cluster-enabled": "yes",
      "cluster-config-file": "nodes.conf",
      "cluster-port": String(busPort),
      "cluster-node-timeout": String(NODE_TIMEOUT_MS),
      // The other shards go on while one has no master.
      "cluster-require-full-coverage": "no",
      ...(announced && {
        "cluster-announce-ip": "127.0.0.1",
        "cluster-announce-port": String(announced.port),
        "cluster-announce-bus-port": String(announced.busPort),
      }),
      ...(tls && {
        ...{ "tls-port": String(await freePort()), "tls-cluster": "yes", "tls-auth-clients": "yes" },
        ...{ "tls-ca-cert-file": tls.ca, "tls-cert-file": tls.cert, "tls-key-file": tls.key },
      }),
      ...flags,
    },
  })
  return Object.assign(server, { busPort, announcedPort: announced?.port ?? server.port })
}

function openAdmin(url: string): Redis {
  const admin = new Redis(url, { disableClientInfo: true })
  admin.on("error", () => {})
  return admin
}

async function form(nodes: readonly ClusterNode[], admins: readonly Redis[], masters: number): Promise<void> {
  const [first] = admins
  if (!first) throw new Error("a cluster has at least one node")
  const heads = admins.slice(0, masters)
  await Promise.all(
    heads.map(async (admin, i) => {
      const [from, to] = [i, i + 1].map((part) => Math.floor((part * SLOTS) / masters))
      await admin.call("CLUSTER", "ADDSLOTSRANGE", String(from), String((to ?? 0) - 1))
      // Without it the masters would have to find out which of them gives way.
      await admin.call("CLUSTER", "SET-CONFIG-EPOCH", String(i + 1))
    }),
  )
  for (const { port, busPort } of nodes.slice(1))
    await first.call("CLUSTER", "MEET", "127.0.0.1", String(port), String(busPort))
  const says = async (admin: Redis, words: string) =>
    String(await admin.call("CLUSTER", "INFO")).includes(words)
  const all = async (words: string) =>
    (await Promise.all(admins.map((admin) => says(admin, words)))).every(Boolean)
  await waitFor("the nodes to meet", () => all(`cluster_known_nodes:${nodes.length}\r`), FORM_DEADLINE_MS)
  const ids = await Promise.all(heads.map((admin) => admin.call("CLUSTER", "MYID")))
  await Promise.all(
    admins.slice(masters).map((admin, i) => {
      const follow = () => admin.call("CLUSTER", "REPLICATE", String(ids[i % masters])).catch(() => false)
      return waitFor("a replica to know its master", follow, FORM_DEADLINE_MS)
    }),
  )
  const isFollowed = async (admin: Redis) => (await admin.info("replication")).includes("state=online")
  const isWhole = async () =>
    (await all("cluster_state:ok")) &&
    (admins.length === masters || (await Promise.all(heads.map(isFollowed))).every(Boolean))
  await waitFor("the cluster to be whole", isWhole, FORM_DEADLINE_MS)
}

function clusterOf(dir: string, nodes: readonly ClusterNode[]): RedisCluster {
  const [first] = nodes
  if (!first) throw new Error("a cluster has at least one node")
  const urlOf = (url: string) => {
    const { username, password } = new URL(url)
    return `redis://${username}:${password}@${nodes.map(({ announcedPort }) => `127.0.0.1:${announcedPort}`).join(",")}?cluster=true`
  }
  const masterOf = (slot: number) =>
    waitFor(`a master for slot ${slot}`, () => masterBy(nodes, slot), FORM_DEADLINE_MS)
  const each = (act: (node: RedisServer) => Promise<void>) => async () => {
    await Promise.all(nodes.map(act))
  }
  return {
    nodes,
    dir,
    port: first.port,
    adminUrl: urlOf(first.adminUrl),
    voteUrl: urlOf(first.voteUrl),
    workerUrl: urlOf(first.workerUrl),
    start: each((node) => node.start()),
    stop: each((node) => node.stop()),
    kill9: each((node) => node.kill9()),
    get pid() {
      return first.pid
    },
    masterOf,
    moveSlot: async (slot, to, between) => moveSlot(nodes, await masterOf(slot), to, slot, between),
    moveWhole: async (slot, to) => {
      const range = ["SLOTSRANGE", String(slot), String(slot), "NODE", await idOf(to)]
      await withAdmin(await masterOf(slot), (admin) => admin.call("CLUSTER", "MIGRATESLOTS", ...range))
      await waitFor("the slot to move", async () => (await masterOf(slot)) === to, FORM_DEADLINE_MS)
    },
    promote: async (slot) => {
      const master = await masterOf(slot)
      const replica = await replicaOf(nodes, master)
      await withAdmin(replica, (admin) => admin.call("CLUSTER", "FAILOVER"))
      await waitFor(
        "a replica to take over",
        async () => (await masterOf(slot)) === replica,
        FORM_DEADLINE_MS,
      )
    },
  }
}

/** What is asked of a node that runs. */
async function withAdmin<T>({ adminUrl }: RedisServer, ask: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = openAdmin(adminUrl)
  try {
    return await ask(admin)
  } finally {
    admin.disconnect()
  }
}

const idOf = (node: RedisServer) =>
  withAdmin(node, async (admin) => String(await admin.call("CLUSTER", "MYID")))

async function replicaOf(nodes: readonly ClusterNode[], master: ClusterNode): Promise<ClusterNode> {
  for (const node of nodes.filter(({ pid }) => pid !== undefined)) {
    const info = await withAdmin(node, (admin) => admin.info("replication"))
    if (new RegExp(`^master_port:${master.announcedPort}\r$`, "m").test(info)) return node
  }
  throw new Error("the master has no replica")
}

/** The node that more than half of those that run name as the slot's master; false without one. */
async function masterBy(nodes: readonly ClusterNode[], slot: number): Promise<ClusterNode | false> {
  const running = nodes.filter(({ pid }) => pid !== undefined)
  const ports = await Promise.all(running.map((node) => portBy(node, slot)))
  const agreed = running.find(
    ({ announcedPort }) => ports.filter((it) => it === announcedPort).length * 2 > running.length,
  )
  return agreed ?? false
}

/** The port of the slot's master, as this node knows it; undefined where it knows none, or says nothing. */
async function portBy(node: RedisServer, slot: number): Promise<number | undefined> {
  const asked = withAdmin(node, (admin) =>
    within(SILENT_MS, admin.cluster("SLOTS"), () => new Error("it hangs")),
  )
  const entries = await asked.catch(() => [])
  return entries.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1]
}

async function moveSlot(
  nodes: readonly RedisServer[],
  from: RedisServer,
  to: RedisServer,
  slot: number,
  between?: (key: string) => Promise<unknown>,
): Promise<void> {
  const [idOfSource, idOfTarget] = await Promise.all([idOf(from), idOf(to)])
  const set = (node: RedisServer, ...state: string[]) =>
    withAdmin(node, (admin) => admin.call("CLUSTER", "SETSLOT", String(slot), ...state))
  await set(to, "IMPORTING", idOfSource)
  await set(from, "MIGRATING", idOfTarget)
  const { password } = new URL(to.adminUrl)
  await withAdmin(from, async (admin) => {
    for (;;) {
      const [key] = (await admin.call("CLUSTER", "GETKEYSINSLOT", String(slot), "1")) as string[]
      if (key === undefined) return
      const place = ["127.0.0.1", String(to.port), "", "0", String(MOVE_MS)]
      await admin.call("MIGRATE", ...place, "AUTH2", "admin", password, "KEYS", key)
      await between?.(key)
    }
  })
  // The target first: else the slot would for a moment be nobody's.
  await set(to, "NODE", idOfTarget)
  await set(from, "NODE", idOfTarget)
  for (const node of nodes) {
    if (node === to || node === from || node.pid === undefined) continue
    // Replicas learn it from their masters.
    await set(node, "NODE", idOfTarget).catch(() => {})
  }
}
