/**
 * Which nodes of a Redis Cluster serve the shards. One map serves all connections of a process: it asks a node with CLUSTER SLOTS before
 * a connection is made, and takes the word of a node that answers MOVED, which knows better.
 *
 * Each shard has a connection of its own, which goes where its slot is: so a shard is a Redis by itself, with its own clock, deadlines and
 * fence, as with a single Redis.
 */

import { type Access, accessBy, currently } from "../access"
import type { StoreServer } from "../store-address"
import { connectionOptions, portOf, type RedisPlace, type Route } from "./client"
import { slotOfShard } from "./cluster-slot"
import { type ClusterNode, readSlots, type SlotRange } from "./cluster-slots"

/** So old a map is good enough: the connections of a dead master look for its place at the same time. */
const FRESH_MS = 200
/** Other nodes hear within about a second that a slot has moved. Until then MOVED counts for more than what they tell. */
const NEWS_MS = 2_000
/** While a replica takes a master's place, voters wait for no pause of ours. */
const LONGEST_PAUSE_MS = 500

type Way = { place: RedisPlace; seeds: readonly ClusterNode[] }
type News = { node: ClusterNode; at: number }

export class ClusterMap {
  private ranges: readonly SlotRange[] = []
  /** Masters and replicas that a node named. */
  private nodes: readonly ClusterNode[] = []
  /** Where MOVED said that a slot is, as long as the map may be older than that. */
  private readonly moved = new Map<number, News>()
  private readonly followers = new Set<() => void>()
  private readonly way: () => Way
  /** Which node is asked first: another one each time, as one may be parted from the others. */
  private turn = -1
  private reading: Promise<void> | null = null
  private readAt = Number.NEGATIVE_INFINITY

  /** @param access the address with the nodes that are asked as long as no others are known */
  constructor(access: string | Access) {
    this.way = currently(accessBy(access), (address, files) => ({
      place: connectionOptions(address, files),
      seeds: address.servers.map(({ host, port }) => ({ host, port: portOf(port) })),
    }))
  }

  /** The way to whichever node serves this shard. */
  route(shard: number): Route {
    const slot = slotOfShard(shard)
    return {
      place: () => ({ ...this.way().place, ...this.nodeOf(slot) }),
      renew: () => this.renew(),
      follow: (look) => {
        this.followers.add(look)
        return () => this.followers.delete(look)
      },
      leadsElsewhere: (error, from) => this.learn(error, from),
      longestPauseMs: LONGEST_PAUSE_MS,
      isCluster: true,
    }
  }

  /** The master that has the slot, as far as it is known; else a node that will tell. */
  private nodeOf(slot: number): ClusterNode {
    const owner = this.ranges.find(({ first, last }) => first <= slot && slot <= last)?.master
    const node = this.moved.get(slot)?.node ?? owner
    if (node) return node
    const { seeds, place } = this.way()
    return seeds[Math.max(0, this.turn) % seeds.length] ?? place
  }

  /** @returns whether it was a MOVED */
  private learn({ message }: Error, from: StoreServer): boolean {
    const [, slot, host = "", port] = /^MOVED (\d+) (.*):(\d+)$/.exec(message) ?? []
    if (slot === undefined) return false
    // A node that does not know its own name leaves it out.
    const node = { host: host === "" || host === "?" ? from.host : host, port: Number(port) }
    this.moved.set(Number(slot), { node, at: performance.now() })
    return true
  }

  private renew(): Promise<void> {
    if (performance.now() - this.readAt < FRESH_MS) return Promise.resolve()
    this.reading ??= this.read().finally(() => {
      this.reading = null
    })
    return this.reading
  }

  /** Asks one node after the other, until one answers; without any answer all stays as it was. */
  private async read(): Promise<void> {
    this.turn++
    const { place, seeds } = this.way()
    const known = distinct([...this.nodes, ...seeds])
    for (let i = 0; i < known.length; i++) {
      const node = known[(this.turn + i) % known.length]
      const askedAt = performance.now()
      const ranges = node && (await readSlots({ ...place, ...node }).catch(() => null))
      // A node that came back without its data knows of no others.
      if (!ranges || ranges.length === 0) continue
      this.take(ranges, askedAt)
      return
    }
  }

  private take(ranges: readonly SlotRange[], askedAt: number): void {
    this.ranges = ranges
    this.nodes = distinct(ranges.flatMap(({ master, replicas }) => [master, ...replicas]))
    this.readAt = performance.now()
    for (const [slot, { at }] of this.moved) if (askedAt - at > NEWS_MS) this.moved.delete(slot)
    for (const look of this.followers) look()
  }
}

function distinct(nodes: readonly ClusterNode[]): ClusterNode[] {
  return [...new Map(nodes.map((node) => [`${node.host} ${node.port}`, node])).values()]
}
