/** How many processes of each part a load needs, so that none is busier than it should be. */

import { countingCores, type LiveLimits, redisCores, resultCores, type Shape, voteCores } from "./cores"
import type { Load } from "./load"
import type { UnitCosts } from "./unit-costs"

/** As many as a first start makes if nobody says otherwise. */
const FEWEST_SHARDS = 4
const SHARDS_OF_A_SERVER = 2
/** A Redis Cluster decides by a majority which of its masters is dead. */
const FEWEST_MASTERS = 3

/** @param busy the share of a core that each process may take: most of them work on one thread */
export function shapeFor(load: Load, costs: UnitCosts, live: LiveLimits, busy: number): Shape {
  const servers = fewest((n) => redisCores(load.votes, n, costs) / n <= busy)
  const redis = servers > 1 ? Math.max(FEWEST_MASTERS, servers) : 1
  const shards = shardsOver(redis)
  const bySockets = Math.max(1, Math.ceil(load.viewers / live.mostViewers))
  return {
    redis,
    shards,
    vote: fewest((n) => voteCores(load, n, costs) / n <= busy),
    worker: fewest((n) => countingCores("worker", load.votes, shards, costs) / n <= busy),
    result: fewest((n) => resultCores(load, n, costs, live) / n <= busy, bySockets),
  }
}

/** Each server has as many of them, as the one with more would be full first; and more than one, which may move to a new server. */
function shardsOver(servers: number): number {
  return Math.max(FEWEST_SHARDS, servers * SHARDS_OF_A_SERVER)
}

/**
 * The least number that is enough. Whatever is enough for one number must be so for all greater ones.
 * @param least where it looks from
 */
function fewest(isEnough: (n: number) => boolean, least = 1): number {
  let [low, high] = [least, least]
  while (!isEnough(high)) [low, high] = [high + 1, high * 2]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return low
}
