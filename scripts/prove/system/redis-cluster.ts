/** A Redis Cluster of three masters, each with a replica that takes its place by itself, and what its operator does. */

import { rmSync } from "node:fs"
import { join } from "node:path"
import { slotOfShard } from "@tallyroom/lib/inbox/redis/cluster-slot"
import { freePort } from "../../services/processes/ports"
import { newSecret } from "../../services/secrets"
import { type ClusterNode, type RedisCluster, startRedisCluster } from "../../services/stores/redis-cluster"
import { ensureWheelTool } from "../../services/tools/wheel"
import { waitFor } from "../../services/wait"
import { ASK_MS, asked, passwordsOf } from "./ask-redis"
import type { Link } from "./links"
import type { RedisGroupPlan } from "./redis-group"
import { Store } from "./store"

const MASTERS = 3
/** The first three begin as masters, the others as their replicas. */
export const CLUSTER_SERVERS = Array.from({ length: 2 * MASTERS }, (_, i) => `redis ${i + 1}`)
/** A replica that was made anew copies all of its master. */
const WHOLE_MS = 45_000
const AGAIN_MS = 200
/** What a node knows of the others, beside its data. */
const NODES_FILE = "nodes.conf"

/** As docs/operations.md says; and a connection that is dead without a word is found out as soon as tests need it. */
const FLAGS = {
  ...{ "cluster-node-timeout": "3000", "repl-diskless-sync-delay": "0" },
  ...{ "repl-timeout": "10", "repl-ping-replica-period": "2" },
}

export type ClusterSide = {
  store: Store
  server: ClusterNode
  /** By which everybody reaches it: apps and replicas. */
  link: Link
  /** By which the other nodes do. */
  bus: Link
}

/** A node as another one sees it, or itself. */
type SeenNode = { id: string; flags: string[]; isConnected: boolean; slots: string[] }

export class ProvenCluster {
  constructor(
    readonly sides: readonly ClusterSide[],
    private readonly cluster: RedisCluster,
  ) {}

  /** By which its users find it. */
  get urls(): { voteUrl: string; workerUrl: string } {
    const { voteUrl, workerUrl } = this.cluster
    return { voteUrl, workerUrl }
  }

  /** The server that most say to serve this shard. */
  async masterOf(shard: number): Promise<ClusterSide> {
    const node = await this.cluster.masterOf(slotOfShard(shard))
    const side = this.sides.find(({ server }) => server === node)
    if (!side) throw new Error(`nobody knows the master of shard ${shard}`)
    return side
  }

  async replicaOf(master: ClusterSide): Promise<ClusterSide> {
    const follows = new RegExp(`^master_port:${master.link.port}\r$`, "m")
    for (const side of this.sides)
      if (side !== master && follows.test(await replicationOf(side).catch(() => ""))) return side
    throw new Error(`${master.store.name} has no replica`)
  }

  async otherMasters(than: ClusterSide): Promise<ClusterSide[]> {
    const roles = await Promise.all(this.sides.map(replicationOf))
    return this.sides.filter((side, i) => side !== than && /^role:master/m.test(roles[i] ?? ""))
  }

  /** Settles once most servers name another master of the shard than this one. */
  async untilAnother(shard: number, than: ClusterSide): Promise<void> {
    await waitFor(
      `another master of shard ${shard}`,
      async () => (await this.masterOf(shard)) !== than,
      WHOLE_MS,
    )
  }

  /** Settles as soon as this replica has taken its master's place, of which others hear a moment later. */
  async untilPromoted(replica: ClusterSide): Promise<void> {
    await waitFor(
      `${replica.store.name} to take over`,
      async () => /^role:master/m.test(await replicationOf(replica)),
      WHOLE_MS,
    )
  }

  /** Settles once each master has a replica with all that it has, and each server sees all the others. */
  async untilWhole(): Promise<void> {
    await waitFor("the cluster to be whole", () => this.isWhole().catch(() => false), WHOLE_MS)
  }

  async promoteReplica(shard: number): Promise<void> {
    await this.cluster.promote(slotOfShard(shard))
  }

  /** This replica can't follow its master any more; apps and the other nodes reach both as before. @returns what ends that */
  async part(master: ClusterSide, replica: ClusterSide): Promise<() => Promise<void>> {
    const admit = (password: string) =>
      asked(replica.server.adminUrl, (redis) => redis.config("SET", "masterauth", password))
    await admit(newSecret())
    await asked(master.server.adminUrl, (redis) => redis.call("CLIENT", "KILL", "TYPE", "replica"))
    return async () => void (await admit(passwordsOf(replica.server).admin ?? ""))
  }

  /** Moves the slot of a shard key by key. What fails is taken up again where it was. @param between after each key */
  async moveSlot(shard: number, to: ClusterSide, between: () => Promise<void>): Promise<void> {
    const slot = slotOfShard(shard)
    const move = async () => {
      if ((await this.masterOf(shard)) !== to) await this.cluster.moveSlot(slot, to.server, between)
      return true
    }
    await waitFor(`shard ${shard} to move`, () => move().catch(later), WHOLE_MS)
  }

  /** Kills a server, and makes a new and empty one in its place, which becomes the replica of the master that has none. */
  async renew(side: ClusterSide): Promise<void> {
    const { store, server } = side
    const others = this.sides.filter((other) => other !== side)
    await store.renew(async () => {
      for (const path of [store.data, join(server.dir, NODES_FILE)])
        rmSync(path, { recursive: true, force: true })
    })
    await waitFor("the lost server to be forgotten", () => this.forgetLost(others).catch(later), WHOLE_MS)
    const { port, busPort } = others[0]?.server ?? server
    await asked(server.adminUrl, (redis) =>
      redis.call("CLUSTER", "MEET", "127.0.0.1", String(port), String(busPort)),
    )
    await waitFor(`${store.name} to follow`, () => followAnyAlone(side, others).catch(later), WHOLE_MS)
  }

  /** Has these servers forget whoever is none of the servers of now. */
  private async forgetLost(tellers: readonly ClusterSide[]): Promise<boolean> {
    const own = new Set(await Promise.all(this.sides.map(idOf)))
    for (const teller of tellers)
      for (const { id, flags } of await nodesOf(teller))
        if (!own.has(id) && !flags.includes("handshake"))
          await asked(teller.server.adminUrl, (redis) => redis.call("CLUSTER", "FORGET", id))
    return true
  }

  private async isWhole(): Promise<boolean> {
    const seen = await Promise.all(this.sides.map(nodesOf))
    const isWell = ({ flags, isConnected }: SeenNode) =>
      isConnected && !flags.some((flag) => /fail|handshake|noaddr/.test(flag))
    if (!seen.every((nodes) => nodes.length === this.sides.length && nodes.every(isWell))) return false
    const masters = this.sides.filter((_, i) => ownOf(seen[i] ?? [])?.flags.includes("master"))
    if (masters.length !== MASTERS) return false
    const states = await Promise.all(
      this.sides.map(({ server }) => asked(server.adminUrl, (redis) => redis.call("CLUSTER", "INFO"))),
    )
    if (!states.every((state) => String(state).includes("cluster_state:ok"))) return false
    return (await Promise.all(masters.map(isFollowed))).every(Boolean)
  }
}

/** What failed is tried again a moment later. */
async function later(): Promise<false> {
  await Bun.sleep(AGAIN_MS)
  return false
}

const replicationOf = ({ server }: ClusterSide): Promise<string> =>
  asked(server.adminUrl, (redis) => redis.info("replication"))

const idOf = ({ server }: ClusterSide): Promise<string> =>
  asked(server.adminUrl, async (redis) => String(await redis.call("CLUSTER", "MYID")))

/** Every node that this server knows of: https://redis.io/docs/latest/commands/cluster-nodes/ */
async function nodesOf({ server }: ClusterSide): Promise<SeenNode[]> {
  const said = await asked(server.adminUrl, (redis) => redis.call("CLUSTER", "NODES"))
  return String(said)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [id = "", , flags = "", , , , , link, ...slots] = line.trim().split(" ")
      return { id, flags: flags.split(","), isConnected: link === "connected", slots }
    })
}

const ownOf = (nodes: readonly SeenNode[]) => nodes.find(({ flags }) => flags.includes("myself"))

/** Whether a replica has all that this master had when it was asked. */
async function isFollowed(master: ClusterSide): Promise<boolean> {
  const written = Number(/master_repl_offset:(\d+)/.exec(await replicationOf(master))?.[1])
  const reached = async () => {
    const offset = /^slave0:.*state=online,offset=(\d+)/m.exec(await replicationOf(master))?.[1]
    return offset !== undefined && Number(offset) >= written
  }
  return waitFor("a replica", reached, ASK_MS)
}

/** Has a server follow the master that has no replica. */
async function followAnyAlone(side: ClusterSide, others: readonly ClusterSide[]): Promise<boolean> {
  for (const other of others) {
    const own = ownOf(await nodesOf(other))
    const isAlone = own && own.slots.length > 0 && /^connected_slaves:0/m.test(await replicationOf(other))
    if (!isAlone) continue
    await asked(side.server.adminUrl, (redis) => redis.call("CLUSTER", "REPLICATE", own.id))
    return true
  }
  return later()
}

export async function startProvenCluster(plan: RedisGroupPlan): Promise<ProvenCluster> {
  const sides: ClusterSide[] = []
  const ways: { link: Link; bus: Link }[] = []
  const cluster = await startRedisCluster({
    ...{ dir: join(plan.homeOf("redis cluster"), "redis-cluster"), masters: MASTERS, replicas: 1 },
    ...{ program: await ensureWheelTool("valkey-server"), isReplicated: true, flags: FLAGS },
    ...(plan.appendfsync && { appendfsync: plan.appendfsync }),
    ofNode: async (i) => {
      const name = CLUSTER_SERVERS[i] ?? ""
      const [port, busPort] = [await freePort(), await freePort()]
      const link = await plan.network.lead(`everyone → ${name}`, `redis://127.0.0.1:${port}`)
      const bus = await plan.network.lead(`nodes → ${name}`, `redis://127.0.0.1:${busPort}`)
      ways.push({ link, bus })
      return {
        ...{ dir: join(plan.homeOf(name), name.replace(" ", "-")), port, busPort },
        announced: { port: link.port, busPort: bus.port },
        ...{ logFile: plan.logOf(name), onCrash: plan.crashed(() => storeAt(sides, i)) },
        env: { PATH: process.env.PATH ?? "", ...(i === 0 ? plan.firstEnv : {}) },
      }
    },
  })
  for (const [i, { link, bus }] of ways.entries()) {
    const [name, server] = [CLUSTER_SERVERS[i] ?? "", cluster.nodes[i]]
    if (!server) throw new Error(`there is no ${name}`)
    const store = new Store(name, server, join(server.dir, "appendonlydir"), plan.say)
    sides.push({ store, server, link, bus })
  }
  const proven = new ProvenCluster(sides, cluster)
  await proven.untilWhole()
  return proven
}

function storeAt(sides: readonly ClusterSide[], i: number): Store {
  const side = sides[i]
  if (!side) throw new Error("a node of the cluster ended before it was formed")
  return side.store
}
