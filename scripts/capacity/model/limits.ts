/** What can get no more than so much, how much of it a load takes, and what helps. */

import { coresOf, type Shape } from "./cores"
import { between } from "./curve"
import type { Load } from "./load"
import type { UnitCosts } from "./unit-costs"
import { commitsOf, type LiveLimits } from "./work"

export type Limit = {
  name: string
  /** The share of it that is taken: above 1 it does not work. */
  used: number
  /** What to do when it is full. */
  helps: string
}

/** What is there, whatever runs. */
export type Room = {
  /** Bits a second of the narrowest link to the people. */
  linkBits: number
  /** `max_connections` of Postgres. */
  connections: number
}

/** That one process takes at most: docs/stores.md lists what for. */
const WORKER_CONNECTIONS = 11
const RESULT_CONNECTIONS = 10

/** @param out bytes a second that go to the people */
export function limitsOf(
  load: Load,
  shape: Shape,
  { costs, live, out, room }: { costs: UnitCosts; live: LiveLimits; out: number; room: Room },
): Limit[] {
  const cores = coresOf(load, shape, costs, live)
  const limits: Limit[] = [
    { name: "a vote process's thread", used: cores.vote / shape.vote, helps: "more of them" },
    {
      name: "a Redis's one thread",
      used: cores.redis / shape.redis,
      helps: "more masters of a Redis Cluster",
    },
    {
      name: "a shard's one lease",
      used: load.votes / shape.shards / (costs.counted / costs.shardsThen),
      helps: "more INBOX_SHARDS",
    },
    { name: "a worker's thread", used: cores.worker / shape.worker, helps: "more of them, up to the shards" },
    {
      name: "Postgres's commits, one by one",
      used: commitsOf(load.votes, shape.shards) / between(costs.commits, shape.shards),
      helps: "fewer INBOX_SHARDS, a faster disk",
    },
    {
      name: "Postgres's connections",
      used: (shape.worker * WORKER_CONNECTIONS + shape.result * RESULT_CONNECTIONS) / room.connections,
      helps: "a pooler, or a higher max_connections",
    },
    { name: "a result process's thread", used: cores.result / shape.result, helps: "more of them" },
    {
      name: "the others, when a result dies",
      used: (cores.result + comingBack(load, shape, costs)) / (shape.result - 1),
      helps: "more to spare (--spare)",
    },
    {
      name: "a result process's sockets",
      used: load.viewers / shape.result / live.mostViewers,
      helps: "more of them",
    },
    {
      name: "the link to the people",
      used: (out * 8) / room.linkBits,
      helps: "a CDN (--cdn), or more links",
    },
  ]
  return limits.toSorted((a, b) => b.used - a.used)
}

/** Cores for the viewers of a result process that died, while they connect to the others. */
function comingBack({ viewers }: Load, { result }: Shape, { handshake, back }: UnitCosts): number {
  return ((viewers / result) * handshake) / back
}
