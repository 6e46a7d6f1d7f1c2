/** The connections to the Redis that holds the shards: one for all of them, or in a cluster one for each. */

import type { Redis } from "ioredis"
import type { ConnectionEvents } from "../../health"
import { type Access, accessBy } from "../access"
import { namesCluster, readStoreAddress } from "../store-address"
import { openAlong, openRedis, redisProblem } from "./client"
import { ClusterMap } from "./cluster-map"

export interface RedisShards {
  /**
   * The connection to the Redis that serves this shard, for each shard always the same one. In a cluster it is opened by the first call,
   * and follows the shard from node to node.
   */
  of(shard: number): Redis
  /** Opens one more connection to the Redis that serves this shard; whoever asks for it disconnects it. */
  openAnother(shard: number, events?: ConnectionEvents): Redis
  /** Calls `use` for each connection with a shard that it serves, also for those that are opened later. */
  each(use: (redis: Redis, shard: number) => void): void
  /** Why nothing can be asked of any Redis; null when something can. */
  problem(): string | null
  /** Whether every connection stands. */
  isWhole(): boolean
  disconnect(): void
}

/** @param access an address, which says whether this is a cluster, or what is asked for it at each connection */
export function openShards(given: string | Access, events: ConnectionEvents = {}): RedisShards {
  const access = accessBy(given)
  if (namesCluster(readStoreAddress(access().url))) return new ClusterShards(access, events)
  return new OneRedis(openRedis(access, events), access)
}

/** A connection is taken for that of a single Redis, which serves every shard. */
export function shardsBy(given: Redis | RedisShards): RedisShards {
  return "of" in given ? given : new OneRedis(given)
}

class OneRedis implements RedisShards {
  constructor(
    private readonly redis: Redis,
    private readonly access?: Access,
  ) {}

  of(): Redis {
    return this.redis
  }

  openAnother(_shard: number, events?: ConnectionEvents): Redis {
    if (!this.access) throw new Error("nobody said how to come into this Redis")
    return openRedis(this.access, events)
  }

  each(use: (redis: Redis, shard: number) => void): void {
    use(this.redis, 0)
  }

  problem(): string | null {
    return redisProblem(this.redis)
  }

  isWhole(): boolean {
    return this.problem() === null
  }

  disconnect(): void {
    this.redis.disconnect()
  }
}

/** A master that hangs is replaced within seconds: by then nobody should wait for it any more. */
const CLUSTER_SILENT_MS = 3_000

class ClusterShards implements RedisShards {
  private readonly map: ClusterMap
  private readonly opened = new Map<number, Redis>()
  private readonly users: ((redis: Redis, shard: number) => void)[] = []
  private readonly eventsOf: (shard: number) => ConnectionEvents

  constructor(access: Access, events: ConnectionEvents) {
    this.map = new ClusterMap(access)
    this.eventsOf = joined(events, (shard) => {
      const { host, port } = this.of(shard).options
      return `${host}:${port}`
    })
    // Everything but ballots of other shards begins at this one.
    this.of(0)
  }

  of(shard: number): Redis {
    const known = this.opened.get(shard)
    if (known) return known
    const redis = this.openAnother(shard, this.eventsOf(shard))
    this.opened.set(shard, redis)
    for (const use of this.users) use(redis, shard)
    return redis
  }

  openAnother(shard: number, events?: ConnectionEvents): Redis {
    return openAlong(this.map.route(shard), events, CLUSTER_SILENT_MS)
  }

  each(use: (redis: Redis, shard: number) => void): void {
    this.users.push(use)
    for (const [shard, redis] of this.opened) use(redis, shard)
  }

  problem(): string | null {
    const problems = [...this.opened.values()].map(redisProblem)
    return problems.includes(null) ? null : (problems[0] ?? null)
  }

  isWhole(): boolean {
    return [...this.opened.values()].every((redis) => redisProblem(redis) === null)
  }

  disconnect(): void {
    for (const redis of this.opened.values()) redis.disconnect()
  }
}

/** The connections to a master are lost within so long, and told of together. */
const TOGETHER_MS = 200

/**
 * The events of the connections of shards as those of one store, which is away as long as one of them is.
 * @param nodeOf where a shard's connection leads now
 */
function joined(
  { onError, onLost, onConnected }: ConnectionEvents,
  nodeOf: (shard: number) => string,
): (shard: number) => ConnectionEvents {
  /** By shard, the node by which it was served last, or at which it is looked for. */
  const away = new Map<number, string>()
  const nodes = new Map<number, string>()
  /** Of those that are away. That some of them are back, and others are still looked for in vain, is told in the same words. */
  const told = new Set<number>()
  let words = ""
  let isTelling = false
  const tell = () => {
    isTelling = false
    if (away.size === 0) return
    if ([...away.keys()].some((shard) => !told.has(shard))) words = inWords(away)
    for (const shard of away.keys()) told.add(shard)
    onLost?.(words)
  }
  return (shard) => ({
    ...(onError && { onError }),
    onLost() {
      away.set(shard, nodes.get(shard) ?? nodeOf(shard))
      if (!isTelling) setTimeout(tell, TOGETHER_MS)
      isTelling = true
    },
    onConnected() {
      nodes.set(shard, nodeOf(shard))
      away.delete(shard)
      told.delete(shard)
      if (away.size === 0) onConnected?.()
    },
  })
}

/** "shards 0, 2 (10.0.0.1:6379), 1 (10.0.0.2:6379)" */
function inWords(away: ReadonlyMap<number, string>): string {
  const sorted = [...away].sort(([a], [b]) => a - b)
  const byNode = Map.groupBy(sorted, ([, node]) => node)
  const parts = [...byNode].map(([node, shards]) => `${shards.map(([shard]) => shard).join(", ")} (${node})`)
  return `${sorted.length === 1 ? "shard" : "shards"} ${parts.join(", ")}`
}
