/** Nodes of a Redis Cluster that are lost for good, or taken for lost, and slots that move. */

import { rmSync } from "node:fs"
import type { Random } from "../random"
import { SHARDS } from "../system/apps"
import type { ClusterSide, ProvenCluster } from "../system/redis-cluster"
import type { System } from "../system/system"
import { type Fault, found, type Ground, isCluster, wholeStore } from "./fault"

/** A slot is in two places for so long after each key that went. */
const BETWEEN_KEYS_MS = [0, 40] as const

const clusterOf = (ground: Ground) => (isCluster(ground) ? ["redis cluster"] : [])
const nothing = async () => {}

export const clusterFaults: readonly Fault[] = [
  atCluster("master lost", 4, [0, 12], async (cluster, { shard, master }) => {
    const { store } = master
    await loseWithDisk(master)
    const end = async () => {
      await cluster.untilAnother(shard, master)
      await cluster.renew(master)
    }
    const note = `${store.name}, the master of shard ${shard}, is killed (SIGKILL), its disk is gone, its replica takes its place, and a new server follows that one`
    return { note, end }
  }),
  atCluster("replica parted", 3, [1, 5], async (cluster, { shard, master, replica }) => {
    const { store } = master
    const rejoin = await cluster.part(master, replica)
    const end = async () => {
      await loseWithDisk(master)
      await rejoin()
      await cluster.untilAnother(shard, master)
      await cluster.renew(master)
    }
    const note = `${replica.store.name}, the replica, does not reach ${store.name}, the master of shard ${shard}, for a while; then the master is killed (SIGKILL), and its disk is gone`
    return { note, end }
  }),
  atCluster("switchover", 3, [0, 0], async (cluster, { shard, master, replica }) => {
    await cluster.promoteReplica(shard)
    const note = `${replica.store.name} is told to take the place of ${master.store.name}, the master of shard ${shard} (CLUSTER FAILOVER)`
    return { note, end: nothing }
  }),
  atCluster("old master back", 3, [4, 20], async (cluster, { shard, master }) => {
    const { store } = master
    await store.kill()
    const end = async () => {
      await cluster.untilAnother(shard, master)
      await store.start()
    }
    const note = `${store.name}, the master of shard ${shard}, is killed (SIGKILL), replaced, and comes back with what it had`
    return { note, end }
  }),
  atCluster("master passed by", 3, [4, 20], async (cluster, { shard, master }) => {
    const { store } = master
    store.freeze()
    const end = async () => {
      await cluster.untilAnother(shard, master)
      store.thaw()
    }
    const note = `${store.name}, the master of shard ${shard}, stands still (SIGSTOP) for longer than cluster-node-timeout, is replaced, and wakes up beside the new one`
    return { note, end }
  }),
  atCluster("master goes on", 3, [0, 0], async (cluster, { shard, master, replica }) => {
    const { store } = master
    store.freeze()
    const end = async () => {
      await cluster.untilPromoted(replica)
      store.thaw()
      await cluster.untilAnother(shard, master)
    }
    const note = `${store.name}, the master of shard ${shard}, stands still (SIGSTOP), and goes on in the moment in which ${replica.store.name} takes its place`
    return { note, end }
  }),
  atCluster("replica lost", 2, [0, 8], async (cluster, { replica }) => {
    await loseWithDisk(replica)
    const note = `${replica.store.name}, a replica, is killed (SIGKILL), its disk is gone, and a new server takes its place`
    return { note, end: () => cluster.renew(replica) }
  }),
  atCluster("replica away", 2, [3, 20], async (_, { replica }) => {
    const { store } = replica
    await store.end()
    const note = `${store.name}, a replica, is ended in order, and comes back`
    return { note, end: () => store.start() }
  }),
  atCluster("slot moved", 4, [1, 10], async (cluster, { shard, master }, random) => {
    const to = random.pick(await cluster.otherMasters(master))
    const pause = random.whole(...BETWEEN_KEYS_MS)
    const move = (side: ClusterSide) => cluster.moveSlot(shard, side, () => Bun.sleep(pause))
    await move(to)
    const note = `the slot of shard ${shard} moves key by key from ${master.store.name} to ${to.store.name}, and later back`
    return { note, end: () => move(master) }
  }),
]

async function loseWithDisk({ store }: ClusterSide): Promise<void> {
  await store.kill()
  rmSync(store.data, { recursive: true, force: true })
}

/** The servers of a shard, which are those of others, too. */
type Served = { shard: number; master: ClusterSide; replica: ClusterSide }

/** A cluster loses a node, or changes which of its nodes serves a shard, and loses nothing that was answered. */
function atCluster(
  name: string,
  weight: number,
  lasts: readonly [number, number],
  work: (cluster: ProvenCluster, served: Served, random: Random) => ReturnType<Fault["begin"]>,
): Fault {
  return {
    ...{ name, weight, lasts, harm: "none", targets: clusterOf },
    touches: () => wholeStore("redis"),
    begin: async ({ redisCluster }: System, _: string, random: Random) => {
      const cluster = found(redisCluster, "cluster of redis")
      const shard = random.whole(0, SHARDS - 1)
      const master = await cluster.masterOf(shard)
      return work(cluster, { shard, master, replica: await cluster.replicaOf(master) }, random)
    },
  }
}
